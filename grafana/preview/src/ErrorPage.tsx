import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

import type { BoardSummary } from './board';
import { BoardList } from './BoardList';

/** The page where a board cannot be shown: why, and the boards that can be chosen instead. */
export function ErrorPage({ message, boards, search }: { message: string; boards: BoardSummary[]; search: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.page}>
      <p role="alert">{message}</p>
      <BoardList boards={boards} search={search} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(2) }),
});
