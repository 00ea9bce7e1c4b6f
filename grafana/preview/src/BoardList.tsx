import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

import type { BoardSummary } from './board';

interface Properties {
  boards: BoardSummary[];
  /** The board that is shown. */
  current?: string;
  /** The time and the choice, which the other boards take over. */
  search: string;
}

export function BoardList({ boards, current, search }: Properties) {
  const styles = useStyles2(getStyles);
  return (
    <nav className={styles.list} aria-label="Boards">
      {boards.map(({ uid, title }) => (
        <a key={uid} href={`/d/${uid}${search}`} aria-current={uid === current ? 'page' : undefined}>
          {title.replace('SPCS / ', '')}
        </a>
      ))}
    </nav>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1.25), marginLeft: 'auto' }),
});
