// What an operation is called for people; the name in the API where there are no words for it. Pure.

export function operationText(operation: string, t: (key: string) => string, hasKey: (key: string) => boolean): string {
  const key = `admin.audit.operations.${operation}`;
  return hasKey(key) ? t(key) : operation;
}
