// The one kind of damage that a recording may be read with: its end is missing.

import { FormatError } from '../errors.ts';

/** The file ends inside a box, or before data that a box points at. */
export class TornError extends FormatError {}
