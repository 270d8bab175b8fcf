// Nothing that was typed is lost unasked: on closing a dialog, on leaving a screen, on closing the window.
import { ElMessageBox } from 'element-plus';
import { onBeforeUnmount, onMounted } from 'vue';
import { onBeforeRouteLeave } from 'vue-router';
import { i18n } from '../../i18n/i18n.ts';

/** Asks whether what was typed may be given up. */
export async function mayDiscard(): Promise<boolean> {
  const { t } = i18n.global;
  const options = { confirmButtonText: t('admin.frame.discard'), cancelButtonText: t('admin.frame.keepEditing'), type: 'warning' as const };
  return ElMessageBox.confirm(t('admin.frame.unsavedText'), t('admin.frame.unsaved'), options).then(
    () => true,
    () => false,
  );
}

/** Guards a screen's form while `isDirty`. Call in the setup of the screen that the router shows. */
export function useUnsavedWarning(isDirty: () => boolean): void {
  const onUnload = (event: BeforeUnloadEvent): void => {
    if (isDirty()) event.preventDefault();
  };
  onMounted(() => addEventListener('beforeunload', onUnload));
  onBeforeUnmount(() => removeEventListener('beforeunload', onUnload));
  onBeforeRouteLeave(() => !isDirty() || mayDiscard());
}
