// Links of a cell, which name the time and the other cells of its row.

import { getFieldDisplayName, type ScopedVars } from '@grafana/data';

import type { Window } from './prometheus';

/** Put the time and the values of the row in scope into the address of a link. */
export function interpolateLink(text: string, window: Window, scoped?: ScopedVars): string {
  const row = scoped?.__dataContext?.value;
  return text
    .replace('${__url_time_range}', `from=${window.from}&to=${window.to}`)
    .replace('&${datasource:queryparam}', '')
    .replace(/\$\{__data\.fields\.([^}]+)\}/g, (whole, name: string) => {
      const field = row?.frame.fields.find((one) => getFieldDisplayName(one, row.frame) === name);
      return field && row?.rowIndex !== undefined ? encodeURIComponent(String(field.values[row.rowIndex])) : whole;
    });
}
