import { createDataFrame, FieldType } from '@grafana/data';
import { expect, test } from 'vitest';

import { interpolateLink } from './links';

const WINDOW = { from: 1000, to: 5000 };
const LINK = '/d/spcs-pool?${__url_time_range}&var-pool=${__data.fields.Pool}&${datasource:queryparam}';

const frame = createDataFrame({ fields: [{ name: 'Pool', values: ['WEB', 'A & B'] }] });
const field = { name: 'Link', type: FieldType.string, config: {}, values: [] };
const scoped = (rowIndex?: number) => ({ __dataContext: { value: { data: [frame], frame, field, rowIndex } } });

test('a link of a cell names the time and the cells of its row', () => {
  expect(interpolateLink(LINK, WINDOW, scoped(0))).toBe('/d/spcs-pool?from=1000&to=5000&var-pool=WEB');
});

test('a value in a link is encoded', () => {
  expect(interpolateLink(LINK, WINDOW, scoped(1))).toMatch(/var-pool=A%20%26%20B$/);
});

test.each([
  ['outside of a row', undefined],
  ['of a whole column', scoped()],
])('a link %s keeps the name of the cell', (_, scope) => {
  expect(interpolateLink(LINK, WINDOW, scope)).toMatch(/var-pool=\$\{__data\.fields\.Pool\}$/);
});

test('a cell that the row lacks keeps its name', () => {
  expect(interpolateLink('${__data.fields.Node}', WINDOW, scoped(0))).toBe('${__data.fields.Node}');
});
