// A form over one thing: what was typed, whether it differs from what was there, and what the site finds wrong, field by field.
import { computed, reactive, ref } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { wordsOf } from '../../account/problem-words.ts';
import { ApiProblem } from '../../api.ts';
import { fieldWords } from './field-words.ts';

export type Form<Values extends object> = {
  /** What the fields hold. */
  values: Values;
  /** What is wrong with the field of this name, in words. */
  errorOf(name: string): string | undefined;
  /** What is wrong with no field in particular. */
  refusal: Ref<string | undefined>;
  isBusy: Ref<boolean>;
  isDirty: ComputedRef<boolean>;
  /** Begins anew with these values. */
  begin(values: Values): void;
  /** Sends once, however often it is called meanwhile; whether it was accepted. */
  submit(): Promise<boolean>;
};

/** A form that `send` sends. Errors of fields that `fields` does not name are told at the top. */
export function useForm<Values extends object>(usual: () => Values, send: (values: Values) => Promise<unknown>): Form<Values> {
  const { t, te } = useI18n();
  const values = reactive(usual()) as Values;
  const begun = ref(JSON.stringify(values));
  const errors = ref<Record<string, string>>({});
  const refusal = ref<string>();
  const isBusy = ref(false);

  function refuse(error: unknown): void {
    const words = fieldWords(error instanceof ApiProblem ? error.fields : [], te);
    const known = [...words].filter(([name]) => (name.split('.')[0] ?? '') in values);
    errors.value = Object.fromEntries(known.map(([name, { key, values: said }]) => [name, t(key, said)]));
    if (known.length > 0) return;
    const { key, values: said } = wordsOf(error, te);
    refusal.value = t(key, said);
  }

  return {
    values,
    errorOf: (name) => errors.value[name],
    refusal,
    isBusy,
    isDirty: computed(() => JSON.stringify(values) !== begun.value),
    begin(next) {
      Object.assign(values, usual(), next);
      begun.value = JSON.stringify(values);
      errors.value = {};
      refusal.value = undefined;
    },
    async submit() {
      if (isBusy.value) return false;
      isBusy.value = true;
      errors.value = {};
      refusal.value = undefined;
      try {
        await send(values);
        begun.value = JSON.stringify(values);
        return true;
      } catch (error) {
        refuse(error);
        return false;
      } finally {
        isBusy.value = false;
      }
    },
  };
}
