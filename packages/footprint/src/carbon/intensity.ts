/** Grams of carbon dioxide equivalent a kilowatt-hour, by place and year. */
import { FootprintError } from '../errors.js';
import { embeddedRows } from '../system/tables.js';

export interface CarbonIntensity {
  readonly gramsPerKilowattHour: number;
  /** ISO 3166 alpha-3 country, `US-CA`, `CN-BJ`, or a Nordic bidding zone such as `SE3`; `world` where assumed. */
  readonly place: string;
  readonly name: string;
  /** The year that the value is of; `null` for a value of the user's. */
  readonly year: number | null;
  readonly source: string;
  /** True where no place was given and the world's mean stands in. */
  readonly isAssumed: boolean;
}

/** The world's mean of 2019 (IEA, Global Energy & CO2 Status Report), which CodeCarbon and Green Algorithms use. */
export const worldIntensity: CarbonIntensity = {
  gramsPerKilowattHour: 475,
  place: 'world',
  name: 'World',
  year: 2019,
  source: 'IEA',
  isAssumed: true,
};

/**
 * Mean carbon intensity of a place's electricity, from the embedded table: one record each, with its year.
 *
 * @param place - ISO 3166 alpha-3 country (`FRA`), US state (`US-CA`), Chinese province (`CN-BJ`), Nordic zone (`SE3`)
 * @throws where the table has no such place, with near ones
 *
 * @example
 * const { name, year, gramsPerKilowattHour } = carbonIntensity('FRA');
 * console.log(name, year, gramsPerKilowattHour); // → France 2023 56.039
 */
export function carbonIntensity(place: string): CarbonIntensity {
  const wanted = place.trim().toUpperCase();
  const rows = embeddedRows('carbon-intensity.csv');
  const row = rows.find(([code]) => code === wanted);
  if (row === undefined) {
    const near = rows
      .filter(
        ([code = '', name = '']) => code.startsWith(wanted.slice(0, 2)) || name.toUpperCase() === wanted,
      )
      .map(([code, name]) => `${code} (${name})`);
    throw new FootprintError(
      'carbonIntensity',
      `expected an ISO alpha-3 country such as FRA or a region such as US-CA, got '${place}'${near.length > 0 ? `; near: ${near.slice(0, 5).join(', ')}` : '; give gramsPerKilowattHour yourself'}`,
    );
  }
  const [code = '', name = '', year, grams, source = ''] = row;
  return {
    gramsPerKilowattHour: Number(grams),
    place: code,
    name,
    year: Number(year),
    source,
    isAssumed: false,
  };
}

/**
 * Every place of the embedded table.
 *
 * @example
 * console.log(carbonPlaces().length, carbonPlaces()[0]?.name); // → 304 Aruba
 */
export function carbonPlaces(): readonly CarbonIntensity[] {
  return embeddedRows('carbon-intensity.csv').map(([place = '']) => carbonIntensity(place));
}
