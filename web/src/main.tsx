// The page: one document with the map on top and grade, alerts and runs below it.
import { render } from 'preact';
import { connection, overview, startLive } from './live';
import { notice, startAddress } from './state';
import { startTheme } from './theme';
import { Alerts } from './views/alerts';
import { Cards } from './views/cards';
import { GradeTable } from './views/grade';
import { Header } from './views/header';
import { MapView } from './views/map';
import { Panel } from './views/panel';
import { Runs } from './views/runs';

function Waiting() {
  const out = connection.value === 'logged out';
  const text = out
    ? ['This browser is not logged in.', 'hriste open']
    : ['No answer from the daemon yet.', 'hriste status'];
  return (
    <section class="waiting" aria-live="polite">
      <p>{connection.value === 'connecting' ? 'Connecting…' : text[0]}</p>
      {connection.value !== 'connecting' && (
        <p>
          <code>{text[1]}</code> {out ? 'opens it with a fresh login.' : 'says what is the matter.'}
        </p>
      )}
    </section>
  );
}

function Page() {
  return (
    <>
      <a class="skip" href="#main">
        Skip to the map
      </a>
      <Header />
      <div role="alert" class="notice" hidden={!notice.value}>
        {notice.value}
      </div>
      {overview.value && connection.value === 'logged out' && (
        <div role="alert" class="notice">
          These figures stand still: this browser's login has ended. <code>hriste open</code> renews it.
        </div>
      )}
      <main id="main" tabIndex={-1}>
        <h1 class="vh">Playground</h1>
        {overview.value ? <Sections /> : <Waiting />}
      </main>
    </>
  );
}

function Sections() {
  return (
    <>
      <Cards />
      <div class="stage" id="map">
        <MapView />
        <Panel />
      </div>
      <div class="two">
        <GradeTable />
        <Alerts />
      </div>
      <Runs />
    </>
  );
}

startTheme();
startAddress();
startLive();
render(<Page />, document.getElementById('app')!);
