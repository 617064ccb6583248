/** Tables: a caption, headers with units, numbers that line up, sparklines. Wide ones scroll inside a region of their own. */
import { ReportError } from '../errors.js';
import { escapeMarkup } from '../text/clean.js';
import { formatFixed, formatNumber } from '../text/numbers.js';
import type { Cell, Column, Table } from './blocks.js';
import { type PageState, richText } from './inline.js';
import { sparklineSvg } from './sparkline.js';

export function tableHtml(table: Table, state: PageState): string {
  const { caption, columns, rows, strongRows = [], note } = table;
  if (columns.length === 0) throw new ReportError('page', `table '${caption}': expected columns, got none`);
  rows.forEach((row, index) => {
    if (row.length !== columns.length)
      throw new ReportError(
        'page',
        `table '${caption}', row ${index}: expected ${columns.length} cells, got ${row.length}`,
      );
  });
  state.tables++;
  const id = `table-${state.tables}`;
  const numeric = columns.map((_, column) => isNumeric(rows.map((row) => row[column] as Cell)));
  const common = columns.map((_, column) => commonDecimals(rows.map((row) => row[column] as Cell)));
  const head = columns.map((column, index) => headerHtml(column, numeric[index] === true)).join('');
  const body = rows
    .map((row, index) => {
      const cells = row.map((cell, column) => {
        const decimals = columns[column]?.decimals ?? common[column];
        const content = cellHtml(cell, decimals, state);
        const kind = numeric[column] ? ' class="number"' : '';
        return column === 0 ? `<th scope="row"${kind}>${content}</th>` : `<td${kind}>${content}</td>`;
      });
      return `<tr${strongRows.includes(index) ? ' class="strong"' : ''}>${cells.join('')}</tr>`;
    })
    .join('\n');
  const below = note === undefined ? '' : `<p class="note">${escapeMarkup(note)}</p>`;
  return `<div class="table-block"><div class="scroll" role="region" aria-labelledby="${id}" tabindex="0"><table>
<caption id="${id}"><span>${escapeMarkup(caption)}</span></caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table></div>${below}</div>`;
}

function headerHtml({ header, unit }: Column, isNumber: boolean): string {
  const behind = unit === undefined ? '' : ` <span class="unit">(${escapeMarkup(unit)})</span>`;
  return `<th scope="col"${isNumber ? ' class="number"' : ''}>${escapeMarkup(header)}${behind}</th>`;
}

/** Numbers and dashes only, and one number at least. */
function isNumeric(cells: readonly Cell[]): boolean {
  return (
    cells.some((cell) => typeof cell === 'number') &&
    cells.every((cell) => typeof cell === 'number' || cell === null)
  );
}

/** Decimals that give the greatest number of a column four digits, where its numbers are of like size. */
function commonDecimals(cells: readonly Cell[]): number | undefined {
  const sizes = cells.flatMap((cell) =>
    typeof cell === 'number' && Number.isFinite(cell) && cell !== 0 ? [Math.abs(cell)] : [],
  );
  const [least, greatest] = [Math.min(...sizes), Math.max(...sizes)];
  if (sizes.length === 0 || least < 0.01 || greatest > 1e3 * least) return undefined;
  if (sizes.every(Number.isInteger)) return 0;
  return Math.max(0, 3 - Math.floor(Math.log10(greatest)));
}

function cellHtml(cell: Cell, decimals: number | undefined, state: PageState): string {
  if (cell === null) return '–';
  if (typeof cell === 'number')
    return decimals === undefined ? formatNumber(cell) : formatFixed(cell, decimals);
  if (typeof cell === 'object' && 'sparkline' in cell) return sparklineSvg(cell);
  return richText(cell, state);
}
