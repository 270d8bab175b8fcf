export type AmfValue = number | boolean | string | null | undefined | Date | AmfValue[] | AmfObject;
export type AmfObject = { [name: string]: AmfValue };
export declare function readAmf0(bytes: Uint8Array, at: number): { value: AmfValue; next: number } | undefined;
export declare function writeAmf0(value: AmfValue): Uint8Array;
