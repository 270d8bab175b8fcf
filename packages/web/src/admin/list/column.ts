// A column of an administration's table.

export type Column<Row> = {
  /** Its name; the slot `cell-<key>` shows it in another way than as text. */
  key: string;
  label: string;
  /** Name by which the site sorts it; without one it can't be sorted. */
  sort?: string;
  /** What it shows; numbers and dates are put in words by the screen. */
  text?: (row: Row) => string;
  /** CSS width; columns without one share what is left. */
  width?: string;
  isNumber?: boolean;
  /** Left out where the window is narrower than this, in px. */
  from?: 768 | 1024 | 1280;
};
