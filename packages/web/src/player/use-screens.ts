// Full screen and picture in picture of a player, with what older browsers and iPhones have instead.
import { onBeforeUnmount, onMounted, readonly, ref } from 'vue';
import type { Ref } from 'vue';

/** Lives as long as the component; `root` is what fills the screen. */
export function useScreens(root: Ref<HTMLElement | undefined>, video: Ref<HTMLVideoElement | undefined>) {
  const isFullScreen = ref(false);
  const isPictureInPicture = ref(false);
  const listening = new AbortController();

  function read(): void {
    isFullScreen.value = document.fullscreenElement !== null && document.fullscreenElement === root.value;
    isPictureInPicture.value = document.pictureInPictureElement !== null && document.pictureInPictureElement === video.value;
  }

  onMounted(() => {
    const { signal } = listening;
    document.addEventListener('fullscreenchange', read, { signal });
    video.value?.addEventListener('enterpictureinpicture', read, { signal });
    video.value?.addEventListener('leavepictureinpicture', read, { signal });
  });

  onBeforeUnmount(() => {
    listening.abort();
    if (isPictureInPicture.value) document.exitPictureInPicture().catch(() => {});
  });

  function toggleFullScreen(): void {
    if (isFullScreen.value) return void document.exitFullscreen().catch(() => {});
    if (root.value?.requestFullscreen) return void root.value.requestFullscreen().then(turnWide, () => {});
    // iPhones fill the screen only with the video itself.
    if (video.value !== undefined && 'webkitEnterFullscreen' in video.value) (video.value.webkitEnterFullscreen as () => void).call(video.value);
  }

  function togglePictureInPicture(): void {
    if (isPictureInPicture.value) return void document.exitPictureInPicture().catch(() => {});
    // Refused before there is a picture; then nothing happens.
    video.value?.requestPictureInPicture?.().catch(() => {});
  }

  return {
    isFullScreen: readonly(isFullScreen),
    isPictureInPicture: readonly(isPictureInPicture),
    canPictureInPicture: document.pictureInPictureEnabled ?? false,
    toggleFullScreen,
    togglePictureInPicture,
  };
}

/** Phones held upright turn the picture wide in full screen, where the system allows. */
function turnWide(): void {
  const orientation = screen.orientation as (ScreenOrientation & { lock?: (to: string) => Promise<void> }) | undefined;
  orientation?.lock?.('landscape').catch(() => {});
}
