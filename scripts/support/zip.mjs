/**
 * @typedef {object} PackedFile
 * @property {string} path with forward slashes
 * @property {number} bytes unpacked
 */

/** A zip archive's end record, without the comment that may follow it. */
const endRecordBytes = 22;

/**
 * The files of a .vsix, which is a zip archive, by its central directory (PKWARE's APPNOTE 4.3.12 and 4.3.16; no zip64).
 * @param {Buffer} archive
 * @returns {PackedFile[]}
 * @throws when it is not a zip archive
 */
export function packedFiles(archive) {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + endRecordBytes > archive.length) throw new Error('not a zip archive');
  const count = archive.readUInt16LE(end + 10);
  const files = [];
  let offset = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (archive.toString('latin1', offset, offset + 4) !== 'PK\x01\x02')
      throw new Error('damaged zip archive');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((at) => archive.readUInt16LE(offset + at));
    const path = archive.toString('utf8', offset + 46, offset + 46 + nameBytes);
    files.push({ path, bytes: archive.readUInt32LE(offset + 24) });
    offset += 46 + nameBytes + extraBytes + commentBytes;
  }
  return files;
}
