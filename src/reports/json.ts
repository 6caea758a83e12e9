/** report.json: the model as it is. Its schema is schema/report.schema.json. */
import type { ReportModel } from './model.ts';

/** The text of report.json; equal runs and options give equal bytes. */
export function reportJson(model: ReportModel): string {
  return `${JSON.stringify(model, null, 2)}\n`;
}
