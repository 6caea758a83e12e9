/** The script of the page: verifies what the page carries, shows what was found in place of what was stated. */
import type { WorkerReport } from './messages.ts';
import { drawCharts } from './charts.ts';
import { createExplorer } from './explorer.ts';
import { embeddedBundles, embeddedItems, embeddedReport } from './embedded-data.ts';
import { listenForFiles } from './file-drop.ts';
import { createProofPanel } from './proof-panel.ts';
import { showFigures, showView } from './show-view.ts';
import { startWorker } from './start-worker.ts';

const report = embeddedReport();
const title = { title: report.view.model.title, createdAt: report.view.model.created_at };

const panel = createProofPanel(report, {
  onTrust: (keys) => worker.ask({ kind: 'trust', keys, title }),
});
const explorer = createExplorer((request) => worker.ask(request));
const worker = startWorker(handle);

function handle(message: WorkerReport): void {
  switch (message.kind) {
    case 'progress':
      return panel.progress(message.id, message.share);
    case 'checked':
      return panel.checked(message.id, message.outcome);
    case 'view':
      return showFound(message);
    case 'lists':
      return explorer.show(message.lists);
    case 'found':
    case 'opened':
      return explorer.answered(message);
    case 'refused':
      return panel.refused(message.message);
    case 'crashed':
      return panel.broken(message.message);
  }
}

// What a page came with is not shown once its transcripts have failed, and what was found is not once it no longer holds.
let hasShownFound = report.carried;

function showFound({ view, tookMs }: Extract<WorkerReport, { kind: 'view' }>): void {
  panel.finished(view?.model ?? null, tookMs);
  if (view === null) return showFigures(!hasShownFound);
  hasShownFound = true;
  showView(view, panel.failures());
  drawCharts(view.model);
}

function add(files: readonly { readonly name: string; readonly bytes: ArrayBuffer }[]): void {
  const bundles = panel.given(files.map(({ name, bytes }) => ({ name, sizeBytes: bytes.byteLength })));
  const given = bundles.map((id, at) => ({
    id,
    name: files[at]?.name ?? '',
    content: { bytes: files[at]?.bytes ?? new ArrayBuffer() },
  }));
  worker.ask({ kind: 'add', bundles: given, title });
}

function start(): void {
  drawCharts(report.view.model);
  listenForFiles(add);
  const carried = embeddedBundles(report);
  if (carried.length === 0) {
    const items = embeddedItems();
    if (items !== null) worker.ask({ kind: 'stated', items });
    return;
  }
  const ids = panel.given(carried.map(({ name, sizeBytes }) => ({ name, sizeBytes })));
  const bundles = carried.map(({ name, base64 }, at) => ({ id: ids[at] ?? 0, name, content: { base64 } }));
  worker.ask({ kind: 'add', bundles, title });
}

start();
