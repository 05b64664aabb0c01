/** The body of a PAX header: records of the form `<length> <key>=<value>\n`, the length counting itself. */
export function encodePaxRecords(
  records: readonly (readonly [key: string, value: Uint8Array | string])[],
): Buffer {
  return Buffer.concat(records.map(([key, value]) => encodeRecord(key, Buffer.from(value))));
}

function encodeRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
