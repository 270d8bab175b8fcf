// What every player on a page has: loudness, controls that hide when nothing moves, clicks and taps on the picture.
import { computed, onBeforeUnmount, onMounted, ref } from 'vue';
import type { Ref } from 'vue';

export type FrameOptions = {
  video: Ref<HTMLVideoElement | undefined>;
  isPlaying: () => boolean;
  /** A click on the picture, and a second one right after it. */
  onClick: () => void;
  onDoubleClick: () => void;
};

const quietMs = 2_800;
/** A second click means something else: a single one waits for it. */
const secondClickMs = 220;

/** Lives as long as the component. */
export function useFrame({ video, isPlaying, onClick, onDoubleClick }: FrameOptions) {
  const volume = ref(1);
  const isMuted = ref(false);
  const isQuiet = ref(false);
  let quietTimer: ReturnType<typeof setTimeout> | undefined;
  let clickTimer: ReturnType<typeof setTimeout> | undefined;

  function readLoudness(): void {
    volume.value = video.value?.volume ?? 1;
    isMuted.value = video.value?.muted ?? false;
  }

  /** Shows the controls, and hides them again when nothing moves for a while. */
  function stir(): void {
    isQuiet.value = false;
    clearTimeout(quietTimer);
    quietTimer = setTimeout(() => (isQuiet.value = isPlaying()), quietMs);
  }

  function setVolume(next: number): void {
    if (video.value === undefined) return;
    video.value.volume = Math.min(1, Math.max(0, next));
    video.value.muted = video.value.volume === 0;
  }

  function toggleMute(): void {
    if (video.value === undefined) return;
    video.value.muted = !video.value.muted;
    if (!video.value.muted && video.value.volume === 0) video.value.volume = 0.5;
  }

  function onLeave(event: PointerEvent): void {
    if (event.pointerType === 'mouse' && isPlaying()) isQuiet.value = true;
  }

  function onPicture(event: MouseEvent): void {
    const isTouch = (event as PointerEvent).pointerType === 'touch';
    clearTimeout(clickTimer);
    if (event.detail > 1) return onDoubleClick();
    if (isTouch) return isQuiet.value ? stir() : void (isQuiet.value = isPlaying());
    clickTimer = setTimeout(onClick, secondClickMs);
  }

  onMounted(() => {
    video.value?.addEventListener('volumechange', readLoudness);
    readLoudness();
    stir();
  });
  onBeforeUnmount(() => {
    clearTimeout(quietTimer);
    clearTimeout(clickTimer);
    video.value?.removeEventListener('volumechange', readLoudness);
  });

  return { volume, isMuted, isQuiet: computed(() => isQuiet.value), stir, setVolume, toggleMute, onLeave, onPicture };
}
