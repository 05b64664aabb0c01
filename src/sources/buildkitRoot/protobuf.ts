/** One field of a protobuf message: its number and its raw value, by wire type. */
export type ProtobufField =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly number: number; readonly kind: 'fixed' };

/** The bytes are not a protobuf message. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/**
 * The fields of a message in the order in which they stand. Values of wire types 1 and 5 are passed over: nothing that is
 * read here uses them. Groups (types 3 and 4) do not occur in proto3.
 * @throws ProtobufError at the first byte that does not fit.
 */
export function* protobufFields(bytes: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) {
        throw new ProtobufError(`cut short at byte ${at}`);
      }
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return BigInt.asUintN(64, value);
      }
    }
    throw new ProtobufError(`a number without end before byte ${at}`);
  };
  const skip = (length: bigint): number => {
    const start = at;
    if (length > BigInt(bytes.length - at)) {
      throw new ProtobufError(`a field of ${length} bytes at byte ${at} reaches past the end`);
    }
    at += Number(length);
    return start;
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    const wireType = Number(tag & 7n);
    if (number === 0) {
      throw new ProtobufError(`field number 0 at byte ${at}`);
    }
    switch (wireType) {
      case 0:
        yield { number, kind: 'varint', value: varint() };
        break;
      case 1:
        skip(8n);
        yield { number, kind: 'fixed' };
        break;
      case 2: {
        const length = varint();
        const start = skip(length);
        yield { number, kind: 'bytes', value: bytes.subarray(start, at) };
        break;
      }
      case 5:
        skip(4n);
        yield { number, kind: 'fixed' };
        break;
      default:
        throw new ProtobufError(`unknown wire type ${wireType} at byte ${at}`);
    }
  }
}
