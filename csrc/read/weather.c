/* Weather readings. Their units are not published; they follow from the values. */
#include <math.h>

#include "../base/sort.h"
#include "../text/number.h"
#include "assemble.h"

enum { CLOCK, CLOCK_TEXT, AIR, TRACK, HUMIDITY, PRESSURE, WIND_SPEED, WIND_DIRECTION, RAIN, COLUMNS };

static const char *const names[COLUMNS] = {"TIME_UTC_SECONDS", "TIME_UTC_STR", "AIR_TEMP",
                                           "TRACK_TEMP",       "HUMIDITY",     "PRESSURE",
                                           "WIND_SPEED",       "WIND_DIRECTION", "RAIN"};

/* ---- Times ---- */

/* Days from 1970-01-01 of a date in the Gregorian calendar (year 1 on). */
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* The whole numbers of a text, whatever stands between them. */
static int split_numbers(pyr_text text, int32_t *numbers, int most) {
    int count = 0;
    for (size_t i = 0; i < text.length && count < most;) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            i++;
            continue;
        }
        int32_t number = 0;
        for (; i < text.length && text.data[i] >= '0' && text.data[i] <= '9' && number < 100000; i++) {
            number = number * 10 + (text.data[i] - '0');
        }
        numbers[count++] = number;
    }
    return count;
}

static int32_t month_of(pyr_text text) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (size_t i = 0; i + 3 <= text.length; i++) {
        for (int32_t month = 0; month < 12; month++) {
            if (memcmp(text.data + i, months + 3 * month, 3) == 0) {
                return month + 1;
            }
        }
    }
    return 0;
}

/* `10/12/2024 4:11:07 PM` (month first), `26-Jun-22 14:40:35` -> seconds since 1970. */
static bool parse_date(pyr_text text, int64_t *utc) {
    int32_t part[6], month = month_of(text);
    int count = split_numbers(text, part, 6);
    if (count != (month != 0 ? 5 : 6)) {
        return false;
    }
    int64_t day = month != 0 ? part[0] : part[1], year = month != 0 ? part[1] : part[2];
    const int32_t *time = part + (month != 0 ? 2 : 3);
    int64_t hour = time[0];
    char half = text.length >= 2 && text.data[text.length - 1] == 'M' ? text.data[text.length - 2] : ' ';
    if (half == 'A' || half == 'P') {
        hour = hour % 12 + (half == 'P' ? 12 : 0);
    }
    month = month != 0 ? month : part[0];
    year += year < 100 ? 2000 : 0;
    if (year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || time[1] > 59 || time[2] > 60) {
        return false;
    }
    *utc = days_of(year, month, day) * 86400 + hour * 3600 + time[1] * 60 + time[2];
    return true;
}

static bool parse_time(pyr_text seconds, pyr_text date, int64_t *utc) {
    double value;
    if (pyr_parse_decimal(seconds, &value) && value >= 0 && value < 1e11) {
        *utc = (int64_t)value;
        return true;
    }
    return parse_date(date, utc);
}

/* ---- Rows ---- */

static pyr_status take_number(pyr_file *file, int64_t line, int32_t column, double *value, pyr_error *error) {
    pyr_text text = pyr_file_field(file, column);
    *value = NAN;
    if (text.length == 0 || pyr_parse_decimal(text, value)) {
        return PYR_OK;
    }
    *value = NAN;
    return pyr_file_doubt(file, PYR_WARNING, "field_not_read", line, file->columns[column], text,
                          "is not a number; the field is left out", error);
}

/* `row` has its place. */
static pyr_status take_row(pyr_file *file, const int32_t columns[COLUMNS], pyr_weather_row row, pyr_reading *reading,
                           pyr_error *error) {
    int64_t line = row.line;
    double rain;
    if (!parse_time(pyr_file_field(file, columns[CLOCK]), pyr_file_field(file, columns[CLOCK_TEXT]), &row.utc)) {
        file->rows_listed++;
        return pyr_file_doubt(file, PYR_DOUBT_ERROR, "row_not_kept", line, pyr_text_of(names[CLOCK]),
                              pyr_file_field(file, columns[CLOCK]), "is no time; this row is not kept", error);
    }
    PYR_TRY(take_number(file, line, columns[AIR], &row.air_temperature, error));
    PYR_TRY(take_number(file, line, columns[TRACK], &row.track_temperature, error));
    PYR_TRY(take_number(file, line, columns[HUMIDITY], &row.humidity, error));
    PYR_TRY(take_number(file, line, columns[PRESSURE], &row.pressure, error));
    PYR_TRY(take_number(file, line, columns[WIND_SPEED], &row.wind_speed, error));
    PYR_TRY(take_number(file, line, columns[WIND_DIRECTION], &row.wind_direction, error));
    PYR_TRY(take_number(file, line, columns[RAIN], &rain, error));
    row.rain = rain == 1 ? 1 : rain == 0 ? 0 : PYR_NO_BOOL; /* -1: no sensor */
    PYR_TRY(pyr_grow_array(reading->allocator, &reading->weather, &reading->weather_capacity,
                           reading->weather_count + 1, sizeof *reading->weather, error));
    reading->weather[reading->weather_count++] = row;
    return PYR_OK;
}

/* ---- Units ---- */

/* The median of one reading in thousandths; PYR_NO_TIME where it is absent throughout. */
static pyr_status find_median(const pyr_allocator *allocator, const pyr_weather_row *rows, size_t count, size_t offset,
                              int64_t *median, pyr_error *error) {
    int64_t *values, known = 0;
    PYR_TRY(pyr_new_array(allocator, count, sizeof *values, &values, error));
    for (size_t i = 0; i < count; i++) {
        double value;
        memcpy(&value, (const char *)&rows[i] + offset, sizeof value);
        if (value > -1e6 && value < 1e6) {
            values[known++] = (int64_t)(value * 1000);
        }
    }
    *median = pyr_median(values, known);
    pyr_release_array(allocator, values, count, sizeof *values);
    return PYR_OK;
}

/* A racing day is between -20 and 45 degrees C, and pressure tells inches of mercury (25 to 32) from hectopascal. */
static pyr_status convert_units(pyr_reading *reading, pyr_weather_row *rows, size_t count, pyr_error *error) {
    int64_t pressure, air;
    PYR_TRY(find_median(reading->allocator, rows, count, offsetof(pyr_weather_row, pressure), &pressure, error));
    PYR_TRY(find_median(reading->allocator, rows, count, offsetof(pyr_weather_row, air_temperature), &air, error));
    bool inches = pressure > 20000 && pressure < 40000, fahrenheit = air > 45000 || inches;
    for (size_t i = 0; i < count; i++) {
        if (fahrenheit) {
            rows[i].air_temperature = (rows[i].air_temperature - 32) / 1.8;
            rows[i].track_temperature = (rows[i].track_temperature - 32) / 1.8;
        }
        rows[i].pressure *= inches ? 33.8638866667 : 1;
        rows[i].wind_speed = inches ? rows[i].wind_speed * 0.44704 : rows[i].wind_speed / 3.6;
    }
    PYR_TRY(pyr_assume(reading, "weather_temperature",
                       fahrenheit ? "temperatures are published in degrees Fahrenheit"
                                  : "temperatures are published in degrees Celsius",
                       error));
    PYR_TRY(pyr_assume(reading, "weather_pressure",
                       inches ? "pressure is published in inches of mercury (1 inHg = 33.8639 hPa)"
                              : "pressure is published in hectopascal (mbar)",
                       error));
    return pyr_assume(reading, "weather_wind",
                      inches ? "wind speed is published in miles an hour (1 mph = 0.44704 m/s)"
                             : "wind speed is published in kilometres an hour",
                      error);
}

static pyr_status find_columns(pyr_file *file, int32_t columns[COLUMNS], pyr_error *error) {
    for (int i = 0; i < COLUMNS; i++) {
        columns[i] = pyr_file_find(file, names[i]);
    }
    for (size_t i = 0; i < file->column_count; i++) {
        bool known = file->columns[i].length == 0;
        for (int k = 0; k < COLUMNS; k++) {
            known = known || columns[k] == (int32_t)i;
        }
        if (!known) {
            PYR_TRY(pyr_file_doubt_column(file, file->columns[i], error));
        }
    }
    return PYR_OK;
}

pyr_status pyr_read_weather(pyr_file *file, int32_t source, pyr_reading *reading, pyr_error *error) {
    int32_t columns[COLUMNS];
    size_t first = reading->weather_count;
    pyr_weather_row row = {.source = source};
    PYR_TRY(find_columns(file, columns, error));
    for (bool more = true, headed;;) {
        PYR_TRY(pyr_file_next(file, &more, &row.line, &headed, error));
        if (!more) {
            break;
        }
        row.offset = pyr_file_offset(file, file->csv.start);
        PYR_TRY(take_row(file, columns, row, reading, error));
    }
    PYR_TRY(pyr_file_report_long_rows(file, error));
    size_t count = reading->weather_count - first;
    return count == 0 ? PYR_OK : convert_units(reading, reading->weather + first, count, error);
}

/* ---- The table ---- */

static const int64_t second = 1000000, hour = 3600, day = 86400;

static int64_t distance(int64_t left, int64_t right) {
    return left > right ? left - right : right - left;
}

/* In seconds: from the session to the readings where they begin, and where they end. */
static int64_t apart_at(const pyr_weather_row *rows, size_t count, int64_t offset, int64_t start, int64_t end) {
    int64_t first = rows[0].utc + offset, last = rows[count - 1].utc + offset;
    int64_t midnight = (first - start + day / 2) / day * day;
    return distance(first, midnight + start) + distance(last, midnight + end);
}

/* The offset, in seconds, that brings the readings' span nearest to that of the laps: whole hours, or the parts of one
 * that clocks somewhere go by. Others would only hide that a race ended before the readings did. */
static int64_t find_offset(const pyr_weather_row *rows, size_t count, int64_t start, int64_t end) {
    static const int64_t minutes[] = {-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765};
    int64_t best = 0, best_distance = INT64_MAX;
    for (int64_t i = -12; i <= 14 + (int64_t)(sizeof minutes / sizeof *minutes); i++) {
        int64_t offset = i <= 14 ? i * hour : minutes[i - 15] * 60;
        int64_t apart = apart_at(rows, count, offset, start, end);
        if (apart < best_distance) {
            best = offset;
            best_distance = apart;
        }
    }
    return best;
}

/* First and last crossing by the clock, in seconds. */
static bool find_span(const pyr_assembly *assembly, int64_t *start, int64_t *end) {
    const pyr_column *clock = pyr_table_column_view(assembly->parts[PYR_LAPS], PYR_LAP_CLOCK);
    int64_t last = PYR_NO_TIME;
    for (int64_t row = 0; row < assembly->lap_count; row++) {
        int64_t value = pyr_int64s(clock)[row];
        last = value > last ? value : last;
    }
    if (assembly->start == PYR_NO_TIME || last == PYR_NO_TIME) {
        return false;
    }
    *start = assembly->start / second;
    *end = last / second;
    return true;
}

static pyr_status sort_rows(pyr_reading *reading, pyr_error *error) {
    bool ascending = true;
    for (size_t i = 1; i < reading->weather_count; i++) {
        ascending = ascending && reading->weather[i - 1].utc <= reading->weather[i].utc;
    }
    if (ascending) {
        return PYR_OK;
    }
    pyr_keyed *order;
    pyr_weather_row *sorted = NULL;
    size_t count = reading->weather_count;
    PYR_TRY(pyr_new_array(reading->allocator, count, sizeof *order, &order, error));
    for (size_t i = 0; i < count; i++) {
        order[i] = (pyr_keyed){reading->weather[i].utc, (int64_t)i};
    }
    pyr_status status = pyr_sort(reading->allocator, order, (int64_t)count, NULL, NULL, error);
    if (status == PYR_OK) {
        status = pyr_new_array(reading->allocator, count, sizeof *sorted, &sorted, error);
    }
    for (size_t i = 0; i < count && status == PYR_OK; i++) {
        sorted[i] = reading->weather[order[i].row];
    }
    if (status == PYR_OK) {
        memcpy(reading->weather, sorted, count * sizeof *sorted);
    }
    pyr_release_array(reading->allocator, sorted, count, sizeof *sorted);
    pyr_release_array(reading->allocator, order, count, sizeof *order);
    return status;
}

static bool same_number(double left, double right) {
    return left == right || (left != left && right != right); /* absent in both */
}

static bool same_reading(const pyr_weather_row *left, const pyr_weather_row *right) {
    return left->utc == right->utc && same_number(left->air_temperature, right->air_temperature) &&
           same_number(left->track_temperature, right->track_temperature) &&
           same_number(left->humidity, right->humidity) && same_number(left->pressure, right->pressure) &&
           same_number(left->wind_speed, right->wind_speed) &&
           same_number(left->wind_direction, right->wind_direction) && left->rain == right->rain;
}

/* A reading that stands twice, as where a file was joined with itself, is kept once. */
static pyr_status drop_repeated(pyr_assembly *assembly, pyr_error *error) {
    pyr_reading *reading = assembly->reading;
    size_t kept = 1;
    for (size_t i = 1; i < reading->weather_count; i++) {
        const pyr_weather_row *row = &reading->weather[i];
        if (same_reading(&reading->weather[kept - 1], row)) {
            pyr_file *file = &assembly->files[row->source];
            file->rows_listed++;
            PYR_TRY(pyr_file_doubt_row(file, PYR_WARNING, "duplicate_row", row->line,
                                       "this row stands before already; it is kept once", error));
        } else {
            reading->weather[kept++] = *row;
        }
    }
    reading->weather_count = kept;
    return PYR_OK;
}

/* Readings come every minute or so: a day without one lies between two sessions, where more than one reading stands on
 * either side; a single one has a time that went wrong. */
static const pyr_weather_row *find_second_session(const pyr_weather_row *rows, size_t count) {
    for (size_t i = 2; i + 1 < count; i++) {
        bool apart = rows[i].utc - rows[i - 1].utc > day;
        if (apart && rows[i - 1].utc - rows[i - 2].utc <= day && rows[i + 1].utc - rows[i].utc <= day) {
            return &rows[i];
        }
    }
    return NULL;
}

static pyr_status check_gaps(const pyr_reading *reading, pyr_error *error) {
    const pyr_weather_row *row = find_second_session(reading->weather, reading->weather_count);
    if (row == NULL) {
        return PYR_OK;
    }
    pyr_status status = pyr_fail(error, PYR_ERROR_MISMATCH,
                                 "this reading is more than a day later than the one before: the weather of two "
                                 "sessions; give that of one");
    if (error != NULL) {
        error->source = row->source;
        error->line = row->line;
        error->column = 1;
        error->offset = row->offset;
    }
    return status;
}

static pyr_status place_clock(pyr_assembly *assembly, int64_t *utc_offset, int64_t *midnight, pyr_error *error) {
    pyr_reading *reading = assembly->reading;
    int64_t start, end, first = reading->weather[0].utc;
    *utc_offset = assembly->options->utc_offset;
    bool spanned = find_span(assembly, &start, &end);
    if (*utc_offset == PYR_NO_TIME && spanned) {
        *utc_offset = find_offset(reading->weather, reading->weather_count, start, end) * second;
        PYR_TRY(pyr_assume(reading, "utc_offset",
                       "local time less UTC is not published: it is what brings weather and laps together", error));
    } else if (*utc_offset == PYR_NO_TIME) {
        PYR_TRY(pyr_assume(reading, "weather_utc", "there are no laps to tell local time: the weather's clock is UTC",
                           error));
    }
    int64_t offset = *utc_offset == PYR_NO_TIME ? 0 : *utc_offset / second;
    int64_t into_day = spanned ? day / 2 - start : 0; /* the day on which laps begin, or that of the first reading */
    *midnight = (first + offset + into_day) / day * day - offset;
    return PYR_OK;
}

/* Weather that the user gave: by the clock of the session already. */
static pyr_status own_weather(pyr_assembly *assembly, pyr_error *error) {
    const pyr_allocator *allocator = assembly->reading->allocator;
    pyr_table *table = assembly->reading->own[PYR_WEATHER];
    int64_t rows = pyr_table_capacity(table), *indices;
    pyr_keyed *order;
    PYR_TRY(pyr_table_finish(table, rows, error));
    const int64_t *clock = pyr_int64s(pyr_table_column_view(table, PYR_WEATHER_CLOCK));
    PYR_TRY(pyr_new_array(allocator, (size_t)rows, sizeof *order, &order, error));
    for (int64_t row = 0; row < rows; row++) {
        order[row] = (pyr_keyed){clock[row], row};
    }
    pyr_status status = pyr_sort(allocator, order, rows, NULL, NULL, error);
    if (status == PYR_OK) {
        status = pyr_new_array(allocator, (size_t)rows, sizeof *indices, &indices, error);
    }
    if (status == PYR_OK) {
        for (int64_t row = 0; row < rows; row++) {
            indices[row] = order[row].row;
        }
        status = pyr_table_take(table, indices, rows, &assembly->parts[PYR_WEATHER], error);
        pyr_release_array(allocator, indices, (size_t)rows, sizeof *indices);
    }
    pyr_release_array(allocator, order, (size_t)rows, sizeof *order);
    return status;
}

pyr_status pyr_assemble_weather(pyr_assembly *assembly, int64_t *utc_offset, pyr_error *error) {
    pyr_reading *reading = assembly->reading;
    pyr_table **table = &assembly->parts[PYR_WEATHER];
    int32_t field_count;
    int64_t midnight;
    const pyr_field *fields = pyr_part_fields(PYR_WEATHER, &field_count);
    *utc_offset = assembly->options->utc_offset;
    if (reading->own[PYR_WEATHER] != NULL) {
        return own_weather(assembly, error);
    }
    if (reading->weather_count == 0) {
        return PYR_OK;
    }
    PYR_TRY(sort_rows(reading, error));
    PYR_TRY(drop_repeated(assembly, error));
    PYR_TRY(check_gaps(reading, error));
    PYR_TRY(place_clock(assembly, utc_offset, &midnight, error));
    PYR_TRY(pyr_table_new(reading->allocator, fields, field_count, (int64_t)reading->weather_count, table, error));
    for (size_t i = 0; i < reading->weather_count; i++) {
        const pyr_weather_row *row = &reading->weather[i];
        const double readings[] = {row->air_temperature, row->track_temperature, row->humidity,
                                   row->pressure,        row->wind_speed,        row->wind_direction};
        ((int64_t *)pyr_table_array(*table, PYR_WEATHER_CLOCK))[i] = (row->utc - midnight) * second;
        for (int32_t column = PYR_WEATHER_AIR_TEMPERATURE; column <= PYR_WEATHER_WIND_DIRECTION; column++) {
            ((double *)pyr_table_array(*table, column))[i] = readings[column - PYR_WEATHER_AIR_TEMPERATURE];
        }
        ((uint8_t *)pyr_table_array(*table, PYR_WEATHER_RAIN))[i] = (uint8_t)row->rain;
    }
    return pyr_table_finish(*table, (int64_t)reading->weather_count, error);
}
