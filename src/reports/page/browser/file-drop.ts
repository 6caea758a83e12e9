/** Files that a reader chooses or drops on the page. They are read here and sent nowhere. */

/** A file as it was given. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: ArrayBuffer;
}

/** Take files from the chooser and from drops anywhere on the page. */
export function listenForFiles(take: (files: readonly GivenFile[]) => void): void {
  const chooser = document.getElementById('proof-files');
  if (chooser instanceof HTMLInputElement) {
    chooser.addEventListener('change', () => {
      void read(chooser.files, take);
      chooser.value = '';
    });
  }
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.documentElement.classList.add('dropping');
  });
  for (const end of ['dragleave', 'dragend', 'drop'] as const) {
    document.addEventListener(end, () => document.documentElement.classList.remove('dropping'));
  }
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    void read(event.dataTransfer?.files ?? null, take);
  });
}

async function read(list: FileList | null, take: (files: readonly GivenFile[]) => void): Promise<void> {
  const files = [...(list ?? [])].map(async (file) => ({ name: file.name, bytes: await file.arrayBuffer() }));
  if (files.length > 0) take(await Promise.all(files));
}
