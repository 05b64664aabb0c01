/** Turns a message into text that keeps typed arrays; `decodeInPage` undoes it. */
export function encode(message: unknown): string {
  return JSON.stringify(message, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value;
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { typedArray: value.constructor.name, base64: bytes.toString('base64') };
  });
}

/** Runs in the page: may use nothing from outside of itself. */
export function decodeInPage(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('typedArray' in value) || !('base64' in value)) {
      return value;
    }
    const bytes = Uint8Array.from(atob(String(value.base64)), (character) => character.charCodeAt(0));
    const arrays = { Uint8Array, Uint16Array, Uint32Array, Int32Array, Float64Array };
    return new arrays[value.typedArray as keyof typeof arrays](bytes.buffer);
  });
}
