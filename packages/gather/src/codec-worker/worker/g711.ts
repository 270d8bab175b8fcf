// G.711 to linear samples of 16 bits: A-law and µ-law by table (ITU-T G.711 tables 1 and 2).

function fromALaw(code: number): number {
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 15) << 4) | 8;
  const size = exponent === 0 ? mantissa : (mantissa | 0x100) << (exponent - 1);
  return (bits & 0x80) === 0 ? -size : size;
}

function fromMuLaw(code: number): number {
  const bits = ~code & 0xff;
  const size = ((((bits & 15) << 3) | 0x84) << ((bits >> 4) & 7)) - 0x84;
  return (bits & 0x80) === 0 ? size : -size;
}

const table = (of: (code: number) => number): Int16Array => Int16Array.from({ length: 256 }, (_, code) => of(code));

/** Samples by code. */
export const g711Samples: Readonly<Record<'pcma' | 'pcmu', Int16Array>> = { pcma: table(fromALaw), pcmu: table(fromMuLaw) };
