#include "interval.h"

#include <math.h>

enum { FEWEST_VALUES = 6 };
static const double outside = 0.025; /* on either side */

/* The logarithm of count over least. */
static double log_choose(int64_t count, int64_t least) {
    double sum = 0;
    for (int64_t i = 1; i <= least; i++) {
        sum += log((double)(count - least + i) / (double)i);
    }
    return sum;
}

/* The chance that of `count` draws at least `least` are hits, each with `chance`, which is below least / count. */
static double upper_tail(int64_t count, int64_t least, double chance, double choose) {
    double term = exp(choose + (double)least * log(chance) + (double)(count - least) * log1p(-chance)), sum = 0;
    for (int64_t hits = least; hits <= count && term > sum * 1e-16; hits++) {
        sum += term;
        term *= (double)(count - hits) / (double)(hits + 1) * chance / (1 - chance);
    }
    return sum;
}

void pyr_median_interval(int64_t count, int64_t *low, int64_t *high) {
    *low = *high = -1;
    if (count < FEWEST_VALUES) {
        return;
    }
    int64_t middle = (count + 1) / 2, first = 0, last = middle - 1;
    double choose = log_choose(count, middle);
    while (first < last) { /* the first place that the lower median reaches with the chance `outside` */
        int64_t place = first + (last - first) / 2;
        if (upper_tail(count, middle, (double)(place + 1) / (double)count, choose) < outside) {
            first = place + 1;
        } else {
            last = place;
        }
    }
    *low = first;
    *high = count - 1 - first;
}
