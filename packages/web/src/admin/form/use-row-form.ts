// The form of a list's screen: over one of its rows, or over a new one.
import { ref, shallowRef } from 'vue';
import type { Ref, ShallowRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { toastDone } from '../toast.ts';

export type RowForm<Row> = {
  /** None: a new one is made. */
  edited: ShallowRef<Row | undefined>;
  isFormOpen: Ref<boolean>;
  open(row?: Row): void;
  /** Says so, and reads the list again. */
  onSaved(): void;
};

/** `begin` fills the form before it opens. Call in a component's setup. */
export function useRowForm<Row>({ reload, begin = () => {} }: { reload(): unknown; begin?(row: Row | undefined): void }): RowForm<Row> {
  const { t } = useI18n();
  const edited = shallowRef<Row>();
  const isFormOpen = ref(false);
  return {
    edited,
    isFormOpen,
    open(row) {
      edited.value = row;
      begin(row);
      isFormOpen.value = true;
    },
    onSaved() {
      toastDone(t('admin.frame.saved'));
      reload();
    },
  };
}
