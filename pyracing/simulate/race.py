"""The race itself: cars that go from sector to sector, one event after the other."""

from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush, heapreplace

from pyracing.simulate.car import (
    BOX,
    CHEQUERED,
    FCY,
    FLAGS,
    FUEL_RESERVE,
    GONE,
    GREEN,
    LANE,
    PIT_ENTRY,
    RED,
    SAFETY_CAR,
    SECTOR_1,
    SECTOR_2,
    SECTOR_3,
    WAITING,
    Car,
    Visit,
)
from pyracing.simulate.plan import Neutral, Order, Plan
from pyracing.simulate.stream import Stream, mix

SHARES = (330, 350, 320)  # of a lap that the three sectors are, in thousandths
ENTRY_AT = 850  # of sector 3, in thousandths: where the pit entry is
EXIT_AT = 220  # of sector 1
LINE_AT = 350  # of the pit lane
TRAFFIC_WINDOW = 10_000
COLD_TYRES = 1500  # lost after a stop
FCY_LAP = 45  # milliseconds a metre: 80 km/h
CATCH_UP = 130  # per cent of the time under green, on the way to the queue behind the safety car
SAFETY_CAR_LAP = 142  # per cent of the slowest car's lap
SAVED = 55  # per cent of the fuel of a green lap
SPARED = 1000  # fuel that a careful driver can do without, to the end
SPLASH = 4000  # fuel for which nobody stops under a neutralisation
HALF_EMPTY = 55  # per cent of the tank: below, a neutralisation tempts a car into the pits
START_GAP = 350  # between cars at the start
RELEASE_GAP = 1800  # between cars set going after a red flag


class Race:
    """Runs once; afterwards the cars hold their laps and visits, `spells` the neutralisations and `stoppages` where
    ELAPSED stood still.

    `grid`: the cars in starting order. `track`: by how much a lap is slower than at the start, in millionths, by the
    minute.
    """

    def __init__(
        self,
        seed: int,
        grid: Sequence[Car],
        plan: Plan,
        duration: int,
        metres: int,
        lane_time: int,
        track: Sequence[int],
    ) -> None:
        self.chance = Stream(seed, "safety car")
        self.grid, self.cars = grid, sorted(grid, key=lambda car: car.index)
        self.duration, self.lane_time, self.track = duration, lane_time, track
        slowest = max(driver.pace for car in grid for driver in car.crew).total_seconds() * 1000
        self.neutral_lap = max(metres * FCY_LAP, int(slowest) * 125 // 100)
        self.safety_car_lap = int(slowest) * SAFETY_CAR_LAP // 100
        self.agenda = deque(plan.neutral)
        self.neutral: Neutral | None = None
        self.state, self.spell, self.spell_start, self.neutral_since = GREEN, 0, 0, 0
        self.safety_car_sector = self.safety_car_until = self.queue = self.restart = 0
        self.awaited: Car | None = None  # by the safety car
        self.tail = [0, 0, 0]  # when the last car of the queue leaves each sector
        self.recent: tuple[deque[tuple[int, int]], ...] = tuple(deque(maxlen=256) for _ in SHARES)
        self.last_line = -1
        self.flag_shown = False
        self.stopped = 0
        self.spells: list[tuple[str, int, int]] = []
        self.stoppages: list[tuple[int, int]] = []  # elapsed before, length
        for slot, car in enumerate(grid):
            car.orders = sorted(plan.orders.get(car.entry.car, ()), key=lambda order: order.at)
            self.next_sector(car, SECTOR_1, 0)
            car.end += slot * START_GAP + COLD_TYRES
        self.heap = [(car.end, car.index) for car in grid if car.phase != GONE]
        self.schedule(0)
        heapify(self.heap)

    # ---- Events ----

    def run(self) -> None:
        """One event after the other until every car is gone. Race control comes before cars at the same instant."""
        heap, cars = self.heap, self.cars
        under_way = len(heap) - bool(self.agenda)
        while under_way:
            time, index = heap[0]
            if index < 0:
                heappop(heap)
                self.race_control(time)
            elif index == len(cars):
                heappop(heap)
                self.safety_car(time)
            else:
                car = cars[index]
                if car is self.awaited:
                    self.pick_up((car.phase + 1) % 3, time)
                self.step(car, time)
                if car.phase == GONE:
                    heappop(heap)
                    under_way -= 1
                else:
                    heapreplace(heap, (car.end, index))
        if self.neutral is not None:
            self.end_spell(self.last_line + 1)

    def step(self, car: Car, time: int) -> None:
        """What `car` was doing is over."""
        phase = car.phase
        if phase == SECTOR_1:
            car.sector_1 = time - car.sector_start
            self.burn(car, SECTOR_1)
            if car.visit is not None:
                self.settle(car)
            self.next_sector(car, SECTOR_2, time)
        elif phase == SECTOR_2:
            car.sector_2 = time - car.sector_start
            self.burn(car, SECTOR_2)
            tail = self.tail[SECTOR_3]
            self.next_sector(car, SECTOR_3, time)
            if car.phase == SECTOR_3 and (visit := self.reason_to_stop(car, time)) is not None:
                self.tail[SECTOR_3] = tail
                self.make_for_the_pits(car, time, visit)
        elif phase in (SECTOR_3, LANE):
            self.cross(car, time)
        elif phase == PIT_ENTRY:
            self.enter_lane(car, time)
        elif phase == BOX:
            self.leave_box(car, time)
        else:
            self.next_sector(car, SECTOR_1, time, starting=False)

    def burn(self, car: Car, sector: int) -> None:
        car.fuel -= SHARES[sector] if self.state == GREEN else SHARES[sector] * SAVED // 100

    # ---- On the road ----

    def next_sector(self, car: Car, sector: int, time: int, starting: bool = True) -> None:
        """The car begins a sector, unless it retires. `starting`: the sector's own time begins now as well."""
        if starting:
            car.sector_start = time
        car.error = 0
        if car.orders and car.orders[0].at <= time - self.stopped:
            for order in [order for order in car.orders if order.at <= time - self.stopped]:
                if order.kind == "error":
                    car.error += order.duration
                    car.orders.remove(order)
                elif order.kind == "retire" and not order.in_pit:
                    car.orders.remove(order)
                    self.retire(car, time, order)
                    return
        self.set_going(car, sector, time, self.green_time(car, sector, time))

    def green_time(self, car: Car, sector: int, time: int) -> int:
        """What the sector takes under green, with the cars of other classes that are met in it."""
        recent, group, met = self.recent[sector], car.group, 0
        earliest = time - TRAFFIC_WINDOW
        for crossed, other in reversed(recent):
            if crossed < earliest:
                break
            if other != group:
                met += 1
        recent.append((time, group))
        bits = car.noise.bits()
        drawn = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF)
        noise = (drawn - 98302) * car.scatter >> 15
        if bits >> 48 < car.mistakes:
            noise += 1_000_000 + drawn * 25
        return car.sector_time(SHARES[sector], self.track[time // 60_000], noise + car.traffic_cost * met)

    def set_going(self, car: Car, phase: int, time: int, green: int, share: int = 1000) -> None:
        car.phase, car.start, car.green, car.share = phase, time, green, share
        car.end = time + self.time_needed(car)
        if self.state >= SAFETY_CAR:
            self.line_up(car)
        car.end += car.error

    def time_needed(self, car: Car) -> int:
        """For what the car is driving, as things are."""
        if self.state == GREEN:
            return car.green
        if self.state == SAFETY_CAR:
            return car.green * CATCH_UP // 100
        return self.neutral_lap * SHARES[min(car.phase, SECTOR_3)] * car.share // 1_000_000 * car.limiter // 1000

    def line_up(self, car: Car) -> None:
        """Nobody overtakes: the car stays behind the last one of the queue."""
        if car.phase == PIT_ENTRY:
            rest = self.safety_car_lap * SHARES[SECTOR_3] // 1000 * (1000 - ENTRY_AT) // 1000
            car.end = max(car.end, self.tail[SECTOR_3] + car.patience - rest)
        else:
            car.end = self.tail[car.phase] = max(car.end, self.tail[car.phase] + car.patience + car.green % 300)

    def retire(self, car: Car, time: int, order: Order) -> None:
        car.retired = (time - self.stopped, order.in_pit, order.reason)
        car.phase = GONE

    # ---- The line ----

    def cross(self, car: Car, time: int) -> None:
        """The car completes a lap. No two cars cross in the same millisecond, so that their order is plain."""
        if time <= self.last_line:
            car.end = self.last_line + 1
            return
        self.last_line = time
        in_pit = car.phase == LANE
        self.burn(car, SECTOR_3)
        car.laps += 1
        car.tyre_laps += 1
        if not self.flag_shown and time - self.stopped >= self.duration:
            self.flag_shown = self.leads(car)
        self.log_lap(car, time, in_pit)
        car.sector_start = time
        if self.flag_shown:
            car.flagged = True
            car.phase = GONE
        elif in_pit:
            self.enter_box(car, time)
        elif self.state == RED and self.neutral is not None and not self.neutral.in_pit:
            car.phase = WAITING
            self.hold(car)
        else:
            self.next_sector(car, SECTOR_1, time)

    def leads(self, car: Car) -> bool:
        """Of the cars still going, this one is the first to complete so many laps."""
        return all(other.laps < car.laps for other in self.cars if other is not car and other.phase != GONE)

    def log_lap(self, car: Car, time: int, in_pit: bool) -> None:
        log, state = car.log, CHEQUERED if self.flag_shown else self.state
        log.sector_1.append(car.sector_1)
        log.sector_2.append(car.sector_2)
        log.sector_3.append(time - car.sector_start)
        log.elapsed.append(time - self.stopped)
        log.pit_lane_time.append(car.pit_lane_time)
        log.driver.append(car.driver_number)
        log.flag.append(state)
        log.in_pit.append(in_pit)
        speed = round(car.race_class.top_speed * 10) + car.noise.normal(25)
        if car.pit_lane_time >= 0:
            speed = speed * 4 // 10
        elif self.state != GREEN:
            speed = 800 + speed % 100 if self.state == FCY else speed // 2
        log.top_speed.append(speed)
        car.pit_lane_time = -1
        if in_pit and car.visit is not None:
            car.visit.lap, car.visit.elapsed, car.visit.flag = car.laps, time - self.stopped, state

    # ---- Pits ----

    def make_for_the_pits(self, car: Car, time: int, visit: Visit) -> None:
        """From the beginning of sector 3 to the pit entry, towards the end of it."""
        car.visit = visit
        visit.driver_before = car.driver_number
        visit.spell = self.spell
        visit.lost = -car.green - car.error
        self.set_going(car, PIT_ENTRY, time, car.green * ENTRY_AT // 1000, ENTRY_AT)

    def reason_to_stop(self, car: Car, time: int) -> Visit | None:
        if self.state == RED:
            return Visit("red_flag") if self.neutral is not None and self.neutral.in_pit else None
        needed = self.fuel_to_the_end(car, time + car.green)
        if self.flag_shown or needed == 0:
            return None
        for order in car.orders:
            penalty = order.kind in ("drive_through", "stop_go")
            if order.at <= time - self.stopped and not (penalty and self.state != GREEN):
                return Visit({"repair": "garage", "retire": "unfinished"}.get(order.kind, order.kind), order)
        fuel = car.fuel - SHARES[SECTOR_3]
        if fuel + SPARED >= needed:
            return None
        tempting = self.state != GREEN and time > self.neutral_since + 20_000 and fuel + SPLASH < needed
        tempting = tempting and car.fuel * 100 < car.tank * HALF_EMPTY
        if fuel <= FUEL_RESERVE + car.margin or (tempting and mix(car.temper ^ self.spell) % 4):
            return Visit("pit_stop")
        return None

    def fuel_to_the_end(self, car: Car, time: int) -> int:
        """What the car needs from a crossing on, with the lap in which the flag falls; 0 if the flag is due before."""
        left = self.duration + self.stopped - time
        return 0 if left <= 0 else left * 1_000_000 // car.pace + 1300

    def enter_lane(self, car: Car, time: int) -> None:
        visit = car.visit
        assert visit is not None
        visit.entered = time
        car.visits.append(visit)
        if visit.order is not None:
            car.orders.remove(visit.order)
        car.phase, car.end = LANE, time + self.lane_time * LINE_AT // 1000 + car.service.between(-200, 300)

    def enter_box(self, car: Car, time: int) -> None:
        """Past the line, in the pits: what is done there, and for how long."""
        visit = car.visit
        assert visit is not None
        visit.lost += car.log.sector_3[-1]
        if visit.kind == "unfinished" and visit.order is not None:
            self.retire(car, time, visit.order)
            return
        standing = 0 if visit.order is None else visit.order.duration
        if visit.kind in ("pit_stop", "garage"):
            standing += car.serve(self.fuel_to_the_end(car, time))
        car.phase, car.end = BOX, time + self.lane_time * (1000 - LINE_AT) // 1000 + standing

    def leave_box(self, car: Car, time: int) -> None:
        """Back to the road, unless the pits are closed by a red flag or the race is over."""
        visit = car.visit
        assert visit is not None
        if self.flag_shown:
            visit.kind = "unfinished"
            car.phase = GONE
        elif self.state == RED:
            visit.kind = "red_flag"
            self.hold(car)
        else:
            visit.pit_lane_time = car.pit_lane_time = time - visit.entered
            visit.driver_after = car.driver_number
            green = self.green_time(car, SECTOR_1, time)
            visit.lost -= green
            car.error = 0
            cold = 0 if visit.kind == "drive_through" else COLD_TYRES
            self.set_going(car, SECTOR_1, time, green * (1000 - EXIT_AT) // 1000 + cold, 1000 - EXIT_AT)

    def settle(self, car: Car) -> None:
        """The first sector after a visit is over, and so is the visit."""
        visit = car.visit
        assert visit is not None
        if visit.spell == self.spell and self.state == GREEN:
            visit.loss = visit.lost + car.sector_1
        car.visit = None

    # ---- Race control ----

    def race_control(self, time: int) -> None:
        if self.neutral is None:
            self.neutral = self.agenda.popleft()
            kinds = {"fcy": FCY, "safety_car": SAFETY_CAR, "red": RED}
            self.change_state(kinds[self.neutral.kind], time)
            end = self.neutral.end - self.neutral.start + time
            if self.state == SAFETY_CAR:
                self.send_safety_car(time, end)
            else:
                self.queue, self.restart = 0, end
                heappush(self.heap, (end, -1))
        elif self.state == FCY:
            self.go_green(time)
        else:
            if self.neutral.elapsed_stops:
                self.stop_elapsed(time)
            self.end_spell(time)
            self.change_state(SAFETY_CAR, time)
            self.safety_car_until = time + self.safety_car_lap * 3 // 2
            self.pick_up(SECTOR_1, time)

    def change_state(self, state: int, time: int) -> None:
        """Every car on the road goes on at its new pace from where it is."""
        if self.state == GREEN:
            self.neutral_since = time
        self.state, self.spell_start = state, time - self.stopped
        self.spell += 1
        self.tail = [0, 0, 0]
        going = []
        for car in self.cars:
            if car.phase <= PIT_ENTRY:
                if state == RED:
                    self.redirect(car, time)
                left, whole = car.end - time, max(car.end - car.start, 1)
                going.append(
                    (left * car.share * 1000 // whole + (1000 - ENTRY_AT) * 1000 * (car.phase == PIT_ENTRY), car.index)
                )
                needed = self.time_needed(car)
                car.end = time + left * needed // whole
                car.start = car.end - needed
        if state >= SAFETY_CAR:
            for _, index in sorted(going):
                self.line_up(self.cars[index])
        events = [(car.end, car.index) for car in self.cars if car.phase != GONE]
        self.heap[:] = events + [event for event in self.heap if not 0 <= event[1] < len(self.cars)]
        heapify(self.heap)

    def redirect(self, car: Car, time: int) -> None:
        """Under red cars wait on the road, and who is about to come in stays out; or all come in that still can."""
        whole = max(car.end - car.start, 1)
        in_pit = self.neutral is not None and self.neutral.in_pit
        if car.phase == PIT_ENTRY and not in_pit:
            car.phase, car.visit, car.share = SECTOR_3, None, 1000
            car.end = car.start + whole * 1000 // ENTRY_AT
            car.green = car.green * 1000 // ENTRY_AT
        elif car.phase == SECTOR_3 and in_pit and (time - car.start) * 1000 < whole * ENTRY_AT:
            car.phase, car.share = PIT_ENTRY, ENTRY_AT
            car.visit = Visit("red_flag", driver_before=car.driver_number)
            car.end = car.start + whole * ENTRY_AT // 1000
            car.green = car.green * ENTRY_AT // 1000

    def hold(self, car: Car) -> None:
        """Until the restart, in the order of arrival."""
        car.end = self.restart + self.queue * RELEASE_GAP
        self.queue += 1

    def stop_elapsed(self, time: int) -> None:
        """The time in which all cars waited does not count as race time."""
        if any(car.phase not in (WAITING, BOX, GONE) for car in self.cars):
            raise ValueError("this red flag is too short for ELAPSED to stand still: not all cars had come to wait")
        since = max(self.last_line + 1, self.neutral_since)
        self.stoppages.append((since - self.stopped, time - since))
        self.stopped += time - since
        for car in self.cars:
            car.sector_start += time - since

    def send_safety_car(self, time: int, until: int) -> None:
        """It waits for the best car on the road, and comes in when it ends a lap after `until`."""
        self.safety_car_until = until
        on_road = [car for car in self.cars if car.phase <= SECTOR_3]
        if on_road:
            self.awaited = min(on_road, key=lambda car: (-car.laps, car.log.elapsed[-1] if car.laps else car.end))
        else:
            self.pick_up(SECTOR_1, time)

    def pick_up(self, sector: int, time: int) -> None:
        """The safety car drives a sector at the head of the queue."""
        self.awaited = None
        self.safety_car_sector = sector
        end = time + self.safety_car_lap * SHARES[sector] // 1000 + self.chance.normal(900)
        self.tail[sector] = max(self.tail[sector], end)
        heappush(self.heap, (end, len(self.cars)))

    def safety_car(self, time: int) -> None:
        following = (self.safety_car_sector + 1) % 3
        if following == SECTOR_1 and time >= self.safety_car_until:
            self.go_green(time)
        else:
            self.pick_up(following, time)

    def go_green(self, time: int) -> None:
        self.end_spell(time)
        self.neutral = None
        self.change_state(GREEN, time)
        self.schedule(time + 1)

    def schedule(self, earliest: int) -> None:
        """The next neutralisation, which waits for the one before."""
        if self.agenda:
            heappush(self.heap, (max(self.agenda[0].start + self.stopped, earliest), -1))

    def end_spell(self, time: int) -> None:
        self.spells.append((FLAGS[self.state], self.spell_start, time - self.stopped))
