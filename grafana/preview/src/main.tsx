// Begins the page: theme, fonts and the board in the address, /d/<uid>.

import { ThemeContext } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { createRoot } from 'react-dom/client';

import { loadBoard } from './board';
import { Page } from './Page';
import { theme } from './pipeline';

const HOME = 'spcs-home';

async function begin() {
  await initPluginTranslations('spcs-preview');
  // Texts are measured before they are drawn.
  await Promise.all([document.fonts.load('400 14px Inter'), document.fonts.load('500 14px Inter')]);
  const uid = /^\/d\/([\w-]+)/.exec(window.location.pathname)?.[1] ?? HOME;
  const boards = await (await fetch('/boards/index.json')).json();
  const root = createRoot(document.getElementById('root')!);
  let content;
  try {
    content = <Page board={await loadBoard(uid)} boards={boards} />;
  } catch (error) {
    content = <p role="alert">{String((error as Error).message)}</p>;
  }
  root.render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      {content}
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

void begin();
