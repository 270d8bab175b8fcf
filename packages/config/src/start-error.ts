// What keeps a part from starting until somebody changes something.

/** A start that can't succeed until somebody changes something; the message is one line that says what. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}
