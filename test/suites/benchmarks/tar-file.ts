/** Writes tar archives as Git hosts do: an extended header first, then a folder, then files. */

/** An archive of these files below one folder. */
export function tarOf(folder: string, files: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(files).flatMap(([path, text]) => entryOf(`${folder}/${path}`, '0', Buffer.from(text)));
  const head = [
    ...entryOf('pax_global_header', 'g', Buffer.from('52 comment=made up\n')),
    ...entryOf(`${folder}/`, '5', EMPTY),
  ];
  return Buffer.concat([...head, ...entries, Buffer.alloc(1024)]);
}

const EMPTY = Buffer.alloc(0);

function entryOf(path: string, type: string, content: Buffer): readonly Buffer[] {
  const header = Buffer.alloc(512);
  // A path that is too long for its field is split at its last slash.
  const split = path.length > 100 ? path.lastIndexOf('/') : -1;
  header.write(path.slice(split + 1), 0);
  if (split !== -1) header.write(path.slice(0, split), 345);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}
