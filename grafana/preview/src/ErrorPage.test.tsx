import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';

import { ErrorPage } from './ErrorPage';

test('the page of an error has its sentence and the boards to choose from, at the same time', () => {
  const boards = [{ uid: 'spcs-home', title: 'SPCS / Home' }];
  const html = renderToStaticMarkup(
    <ErrorPage message="The board x does not exist" boards={boards} search="?from=1&to=2" />,
  );
  expect(html).toContain('<p role="alert">The board x does not exist</p>');
  expect(html).toContain('<a href="/d/spcs-home?from=1&amp;to=2">Home</a>');
});
