// The latest alerts, newest first.
import * as format from '../format';
import { part } from '../live';

const LIMIT = 200; // a longer list is for a query, not for reading
const alerts = part('alerts');
const total = part('alerts_total');

export function Alerts() {
  const shown = (alerts.value ?? []).slice(0, LIMIT);
  return (
    <section class="panel block" aria-labelledby="alerts-title">
      <div class="block-head">
        <h1 id="alerts-title">Alerts</h1>
        <span class="muted">
          {shown.length < (total.value ?? 0) ? `latest ${shown.length} of ` : ''}
          {format.group(total.value ?? 0)}
        </span>
      </div>
      {shown.length === 0 ? (
        <p class="empty">
          No alert yet. Rows that a stream job sends to an output with <code>alert = true</code> appear here.
        </p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Latest alerts">
          <table>
            <thead>
              <tr>
                <th scope="col" title="playground time, UTC">Playground time</th>
                <th scope="col">Rule</th>
                <th scope="col">What</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((alert, i) => (
                <tr key={`${alert.time}|${alert.rule}|${i}`}>
                  <td class="time">{format.instant(alert.time)}</td>
                  <td class="muted">{alert.rule}</td>
                  <td title={fieldText(alert.fields)}>{alert.text}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function fieldText(fields: Record<string, unknown>): string {
  return Object.entries(fields ?? {})
    .map(([name, value]) => `${name} = ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');
}
