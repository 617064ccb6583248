/** From joules to carbon, water and money, by factors that the user gives. What is not given stays unknown. */
import { FootprintError } from '../errors.js';
import { joulesPerKilowattHour } from '../quantities/units.js';
import type { EmbodiedOptions } from './embodied.js';
import { type CarbonIntensity, carbonIntensity, worldIntensity } from './intensity.js';
import { checkSchedule, type Schedule, scheduleAt } from './schedule.js';

/** Price of electricity, of a rented machine, or of both. */
export interface Tariff {
  /** `EUR`, `USD`, … */
  readonly currency: string;
  /** Price of a kilowatt-hour; by the hour for a time-of-use tariff. */
  readonly perKilowattHour?: Schedule;
  /** Price of an hour of the machine, as clouds bill it. */
  readonly perMachineHour?: Schedule;
}

export interface FactorOptions {
  /** ISO 3166 alpha-3 country or region; see `carbonIntensity`. Without it the world's mean is assumed and flagged. */
  readonly place?: string;
  /** Grams a kilowatt-hour of your own: another year, hour by hour. Instead of the table's for `place`. */
  readonly gramsPerKilowattHour?: Schedule;
  /** Marginal grams a kilowatt-hour: what one more kilowatt-hour causes. Reported beside, never added. */
  readonly marginalGramsPerKilowattHour?: Schedule;
  /** Electricity of the whole site over that of its computers. @default 1, a desk; data centres average 1.56 */
  readonly pue?: number;
  /** Litres of water a kilowatt-hour. @default not known */
  readonly waterLitresPerKilowattHour?: number;
  readonly tariff?: Tariff;
  /** Carbon of making the machine; `{}` takes the defaults of a server. @default not known */
  readonly embodied?: EmbodiedOptions;
}

/** What an amount of energy caused; NaN where the factor is not known. */
export interface Effects {
  readonly carbonKilograms: number;
  readonly marginalCarbonKilograms: number;
  readonly waterLitres: number;
  readonly cost: number;
}

/** Factors, checked once. */
export class Factors {
  readonly options: FactorOptions;
  readonly pue: number;
  /** The table's record, or the user's factor at the start. */
  readonly intensity: CarbonIntensity;
  readonly #schedule: Schedule;

  constructor(operation: string, options: FactorOptions) {
    const { place, gramsPerKilowattHour, marginalGramsPerKilowattHour, tariff, pue = 1 } = options;
    if (!(pue >= 1))
      throw new FootprintError(operation, `pue: expected a number from 1 up, got ${pue}; a desk has 1`);
    const water = options.waterLitresPerKilowattHour;
    for (const [name, schedule] of Object.entries({
      gramsPerKilowattHour,
      marginalGramsPerKilowattHour,
      waterLitresPerKilowattHour: water,
      'tariff.perKilowattHour': tariff?.perKilowattHour,
      'tariff.perMachineHour': tariff?.perMachineHour,
    }))
      if (schedule !== undefined) checkSchedule(operation, name, schedule);
    this.options = options;
    this.pue = pue;
    const record = place === undefined ? undefined : lookUp(place, gramsPerKilowattHour !== undefined);
    this.#schedule = gramsPerKilowattHour ?? (record ?? worldIntensity).gramsPerKilowattHour;
    this.intensity =
      gramsPerKilowattHour === undefined
        ? (record ?? worldIntensity)
        : {
            gramsPerKilowattHour:
              typeof gramsPerKilowattHour === 'number' ? gramsPerKilowattHour : Number.NaN,
            place: record?.place ?? place ?? 'given',
            name: record?.name ?? place ?? 'given',
            year: null,
            source: 'given',
            isAssumed: false,
          };
  }

  /** What `joules` of the computer's energy within `seconds` before `wallMs` caused, the site's overhead included. */
  effects(joules: number, seconds: number, wallMs: number): Effects {
    const { marginalGramsPerKilowattHour, waterLitresPerKilowattHour, tariff } = this.options;
    const siteKilowattHours = (joules * this.pue) / joulesPerKilowattHour;
    const price = (schedule: Schedule | undefined, amount: number) =>
      schedule === undefined ? 0 : scheduleAt(schedule, wallMs) * amount;
    const isPriced = tariff?.perKilowattHour !== undefined || tariff?.perMachineHour !== undefined;
    return {
      carbonKilograms: (siteKilowattHours * scheduleAt(this.#schedule, wallMs)) / 1000,
      marginalCarbonKilograms:
        marginalGramsPerKilowattHour === undefined
          ? Number.NaN
          : (siteKilowattHours * scheduleAt(marginalGramsPerKilowattHour, wallMs)) / 1000,
      waterLitres:
        waterLitresPerKilowattHour === undefined
          ? Number.NaN
          : siteKilowattHours * waterLitresPerKilowattHour,
      cost: isPriced
        ? price(tariff.perKilowattHour, siteKilowattHours) + price(tariff.perMachineHour, seconds / 3600)
        : Number.NaN,
    };
  }
}

/** A place beside a factor of the user's own is a name; it need not be in the table. */
function lookUp(place: string, isOwnFactor: boolean): CarbonIntensity | undefined {
  try {
    return carbonIntensity(place);
  } catch (error) {
    if (isOwnFactor) return undefined;
    throw error;
  }
}
