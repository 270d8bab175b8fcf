// Keeps the last picture on screen while a connection is made anew, so that a break does not flash black.

/** Makes the picture now shown the video's poster; without a picture it does nothing. */
export function keepStill(video: HTMLVideoElement): void {
  if (video.readyState < 2 || video.videoWidth === 0) return;
  const width = Math.min(video.videoWidth, 960);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = Math.round((width * video.videoHeight) / video.videoWidth);
  try {
    canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
    video.poster = canvas.toDataURL('image/jpeg', 0.8);
  } catch {
    // A decoder that has just failed gives no picture; then the break is black.
  }
}
