declare global {
  interface URLSearchParams {
    get(name: string): string | null;
    has(name: string): boolean;
    append(name: string, value: string): void;
    toString(): string;
  }
}
export {};
