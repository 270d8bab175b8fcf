// Short words that come and go: what was done, or why it was not.
import { ElMessage } from 'element-plus';
import { wordsOf } from '../account/problem-words.ts';
import { i18n } from '../i18n/i18n.ts';

/** Says that something was done. */
export function toastDone(text: string): void {
  ElMessage({ message: text, type: 'success', duration: 3_000, grouping: true });
}

/** Says why a call failed; stays long enough to be read. */
export function toastProblem(error: unknown): void {
  const { key, values } = wordsOf(error, i18n.global.te);
  ElMessage({ message: i18n.global.t(key, values), type: 'error', duration: 8_000, showClose: true, grouping: true });
}
