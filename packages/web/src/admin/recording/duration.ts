// Lengths as players say them. Pure.

/** `45:00`, `1:30:05`; whole seconds, rounded. */
export function durationText(millis: number): string {
  const seconds = Math.round(millis / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
