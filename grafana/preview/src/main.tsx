// Begins the page: theme, fonts and the board in the address, /d/<uid>.

import { ThemeContext } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { createRoot } from 'react-dom/client';

import { type BoardSummary, loadBoard, loadBoardList } from './board';
import { ErrorPage } from './ErrorPage';
import { messageOf } from './loading';
import { Page } from './Page';
import { PrometheusClient } from './prometheus';
import { theme } from './theme';

const HOME = 'spcs-home';

async function loadPage() {
  const { pathname, search } = window.location;
  const uid = /^\/d\/([\w-]+)/.exec(pathname)?.[1] ?? HOME;
  let boards: BoardSummary[] = [];
  try {
    boards = await loadBoardList();
    return <Page board={await loadBoard(uid)} boards={boards} client={new PrometheusClient()} />;
  } catch (error) {
    return <ErrorPage message={messageOf(error)} boards={boards} search={search} />;
  }
}

async function begin(container: HTMLElement) {
  await initPluginTranslations('spcs-preview');
  // Texts are measured before they are drawn.
  await Promise.all([document.fonts.load('400 14px Inter'), document.fonts.load('500 14px Inter')]);
  const page = await loadPage();
  createRoot(container).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      {page}
      <PortalContainer />
    </ThemeContext.Provider>,
  );
}

const container = document.getElementById('root');
if (container) {
  void begin(container);
}
