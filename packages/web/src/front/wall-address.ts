// FLV over WebSocket at the address of FLV over HTTP: the live server gives it there too (docs/design). Pure.

/** The same addresses, the FLV one for a WebSocket. */
export function overWebSocket<T extends { flv: string }>(addresses: T): T {
  return { ...addresses, flv: addresses.flv.replace(/^http/i, 'ws') };
}
