/** Constants of units. Inside everything is SI; converted when printed. */

/** 1 kWh = 3.6e6 J, exactly. */
export const joulesPerKilowattHour = 3.6e6;

/**
 * Energy in kilowatt-hours: E / 3.6e6.
 *
 * @param energyJoules - in joules
 *
 * @example
 * console.log(kilowattHours(7.2e6)); // → 2
 */
export function kilowattHours(energyJoules: number): number {
  return energyJoules / joulesPerKilowattHour;
}
