// The row of figures on top.
import * as format from '../format';
import { history, part } from '../live';
import { Spark } from './spark';

const cards = part('cards');

export function Cards() {
  return (
    <section class="cards" aria-label="Figures">
      {(cards.value ?? []).map((card) => (
        <div class="card" key={card.title}>
          <dl>
            <dt>{card.title}</dt>
            <dd class="value">{card.seconds === undefined ? card.value : format.seconds(card.seconds)}</dd>
            <dd class="note">{card.note}</dd>
          </dl>
          {card.title === 'events/s' && <RateSpark />}
        </div>
      ))}
    </section>
  );
}

function RateSpark() {
  return <Spark points={history.value} width={120} height={44} label="events per second, last two minutes" />;
}
