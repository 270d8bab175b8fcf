// Reads a list again and again; only the answer to the newest question counts, whatever comes in between. Without Vue.

export type Page<Row> = { rows: Row[]; total: number };

export type ListReader<Row> = {
  /** Asks; a question asked later makes this one's answer worthless. */
  read(question: () => Promise<Page<Row>>): Promise<void>;
  /** No answer counts any more. */
  stop(): void;
};

export type ReaderEvents<Row> = { onBusy(isBusy: boolean): void; onPage(page: Page<Row>): void; onError(error: unknown): void };

/** Tells of answers in the order of their questions, never of an older after a newer one. */
export function createListReader<Row>({ onBusy, onPage, onError }: ReaderEvents<Row>): ListReader<Row> {
  let newest = 0;
  return {
    async read(question) {
      const mine = ++newest;
      onBusy(true);
      try {
        const page = await question();
        if (mine === newest) onPage(page);
      } catch (error) {
        if (mine === newest) onError(error);
      } finally {
        if (mine === newest) onBusy(false);
      }
    },
    stop: () => void (newest += 1),
  };
}
