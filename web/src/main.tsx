// The frame: header, notices, and the page that the address names.
import { Fragment, render, type ComponentChild } from 'preact';
import { helpShown, paletteShown, startKeys } from './keys';
import { connection, isStill, overview, startLive } from './live';
import { editing, page, startRoute } from './route';
import { notice, startAddress } from './state';
import { startTheme } from './theme';
import { Alerts } from './views/alerts';
import { Cards } from './views/cards';
import { Dashboards } from './views/dashboards';
import { Edit } from './views/edit';
import { GradeTable } from './views/grade';
import { KeyHelp } from './views/help';
import { Header } from './views/header';
import { MapView } from './views/map';
import { Ml } from './views/ml';
import { Notebooks } from './views/notebooks';
import { Palette } from './views/palette';
import { Panel } from './views/panel';
import { Runs } from './views/runs';
import { Sql } from './views/sql';
import { Streams } from './views/streams';

function Waiting() {
  const out = connection.value === 'logged out';
  const text = out
    ? ['This browser is not logged in.', 'hriste open']
    : connection.value === 'stopped'
      ? ['This playground is stopped.', 'hriste start']
      : ['No answer from the daemon yet.', 'hriste status'];
  return (
    <section class="waiting" aria-live="polite">
      <p>{connection.value === 'connecting' ? 'Connecting…' : text[0]}</p>
      {connection.value !== 'connecting' && (
        <p>
          <code>{text[1]}</code> {out ? 'opens it with a fresh login.' : connection.value === 'stopped' ? 'lets it go on.' : 'says what is the matter.'}
        </p>
      )}
    </section>
  );
}

function Page() {
  return (
    <>
      <button class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the page
      </button>
      <Header />
      <div role="alert" class="notice" hidden={!notice.value}>
        {notice.value}
      </div>
      {overview.value && connection.value === 'logged out' && (
        <div role="alert" class="notice">
          These figures stand still: this browser's login has ended. <code>hriste open</code> renews it.
        </div>
      )}
      {overview.value && isStill.value && (
        <div role="alert" class="notice still">
          {connection.value === 'stopped' ? 'This playground is stopped.' : 'The daemon does not answer.'} These figures
          are how it was. <code>hriste start</code> lets it go on{connection.value === 'offline' && ', '}
          {connection.value === 'offline' && <code>hriste status</code>}
          {connection.value === 'offline' && ' says what is the matter'}.
        </div>
      )}
      <main id="main" tabIndex={-1} class={isStill.value ? 'still' : undefined}>
        {overview.value ? <Shown /> : <Waiting />}
      </main>
      {helpShown.value && <KeyHelp />}
      {paletteShown.value && <Palette />}
    </>
  );
}

function Overview() {
  return (
    <>
      <h1 class="vh">Map</h1>
      <Cards />
      <div class="stage">
        <MapView />
        <Panel />
      </div>
    </>
  );
}

const VIEWS: Record<string, () => ComponentChild> = {
  map: () => <Overview />,
  streams: () => <Streams />,
  sql: () => <Sql />,
  dashboards: () => <Dashboards />,
  notebooks: () => <Notebooks />,
  runs: () => <Runs />,
  grade: () => <GradeTable />,
  alerts: () => <Alerts />,
  ml: () => <Ml />,
};

/** Named by the page, so that leaving a page ends what it polls. */
function Shown() {
  if (editing.value) return <Edit key={editing.value.id} id={editing.value.id} line={editing.value.line} />;
  return <Fragment key={page.value}>{VIEWS[page.value]!()}</Fragment>;
}

startTheme();
startRoute();
startAddress();
startKeys();
startLive();
const app = document.getElementById('app')!;
app.replaceChildren(); // what stood there until now
render(<Page />, app);
