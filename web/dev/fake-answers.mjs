// Answers whose shape a grid or a file may get wrong. Asked for by the statement "SELECT <name>".
const column = (name, type = 'VARCHAR') => ({ name, type });
const answer = (columns, rows, truncated = false) => ({ columns, rows, truncated });

const WIDE = [
  column('id', 'BIGINT'), column('name'), column('salutation'), column('phone_number'), column('email'),
  column('birth_number'), column('street'), column('city'), column('postal_code'), column('kraj'), column('note'),
  column('value', 'DECIMAL(12,2)'), column('is_vip', 'BOOLEAN'), column('created', 'TIMESTAMP'), column('score', 'DOUBLE'),
  column('a_name_so_long_that_no_cell_of_its_column_comes_near_its_width', 'INTEGER'), column('tags', 'VARCHAR[]'),
  column('x', 'INTEGER'), column('y', 'INTEGER'), column('language'), column('agent'), column('referrer'), column('last'),
];

/** Every third value is missing, and texts differ in length from row to row. */
const wideRow = (i) => [
  i, `Štěpán ${'Wöhlmann-Mladá '.repeat(i % 4)}`, i % 2 ? 'Ing.' : null, `+420 60${i} 123 456`, i % 3 ? `user${i}@example.cz` : null,
  '905512/1234', `Na Příkopě ${i}`, i % 3 ? 'Ústí nad Labem' : 'Aš', '110 00', i % 5 ? 'Karlovarský kraj' : null,
  i % 7 ? 'short' : 'A note that goes on and on, with no end in sight. '.repeat(12), `${i * 1234}.50`, i % 2 === 0,
  `2026-05-0${1 + (i % 9)}T12:00:00`, i / 3, i, i % 4 ? `["a","${'b'.repeat(i)}"]` : '[]', i, -i, 'cs',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', 'https://example.cz/', `end ${i}`,
];

export const ANSWERS = {
  wide: answer(WIDE, Array.from({ length: 20 }, (_, i) => wideRow(i))),
  nulls: answer(WIDE, Array.from({ length: 5 }, () => WIDE.map(() => null))),
  narrow: answer([column('n', 'INTEGER')], [[1], [2]]),
  empty: answer(WIDE.slice(0, 4), []),
  lines: answer([column('text'), column('n', 'BIGINT')], [['two\nlines\tand a tab', 1], ['<b>bold</b>', 2], ['', 3], ['漢字 and 🎈 are wide', 4]]),
  twice: answer([column('a', 'INTEGER'), column('a', 'INTEGER'), column('b'), column('a', 'INTEGER')], [[1, 2, 'x', 3]]),
  cut: answer([column('n', 'INTEGER')], [[1], [2]], true),
};

/** The numbers as the daemon writes them: not all of them survive as a JavaScript number. */
export const EXACT =
  '{"columns":[{"name":"b","type":"BIGINT"},{"name":"t","type":"BIGINT"},{"name":"d","type":"DOUBLE"},{"name":"m","type":"DECIMAL(38,2)"},{"name":"j","type":"VARCHAR"}],' +
  '"rows":[[9007199254740993,"-9223372036854775808",-0.0,"123456789012345678901234567890123456.78","{\\"id\\":9007199254740993}"],[7,null,"NaN","0.10","x"],[7,8,"Infinity",null,""]],' +
  '"truncated":false}';
