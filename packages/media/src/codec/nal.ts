export declare function splitNals(data: Uint8Array, lengthSize: number): Generator<Uint8Array, void, void>;
