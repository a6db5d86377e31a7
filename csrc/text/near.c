#include "near.h"

#include <stdio.h>
#include <string.h>

#include "../base/dictionary.h"

enum { LONGEST = 64 };

static char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static int32_t copy_lower(pyr_text text, char *letters) {
    int32_t length = text.length < LONGEST ? (int32_t)text.length : LONGEST;
    for (int32_t i = 0; i < length; i++) {
        letters[i] = lower(text.data[i]);
    }
    return length;
}

static bool contains(const char *whole, int32_t whole_length, const char *part, int32_t length) {
    for (int32_t start = 0; start + length <= whole_length; start++) {
        if (memcmp(whole + start, part, (size_t)length) == 0) {
            return true;
        }
    }
    return false;
}

static int32_t smaller(int32_t left, int32_t right) {
    return left < right ? left : right;
}

/* Optimal string alignment: the steps from one text to the other, an exchange of neighbours being one. */
static int32_t edit_distance(const char *left, int32_t left_length, const char *right, int32_t right_length) {
    int32_t rows[3][LONGEST + 1];
    for (int32_t j = 0; j <= right_length; j++) {
        rows[0][j] = j;
    }
    for (int32_t i = 1; i <= left_length; i++) {
        int32_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (int32_t j = 1; j <= right_length; j++) {
            row[j] = smaller(above[j - 1] + (left[i - 1] != right[j - 1]), smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
                row[j] = smaller(row[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[left_length % 3][right_length];
}

void pyr_near_offer(pyr_near *near, pyr_text name) {
    char asked[LONGEST], offered[LONGEST];
    for (int32_t i = 0; i < near->count; i++) {
        if (pyr_text_equal(near->name[i], name)) {
            return;
        }
    }
    int32_t asked_length = copy_lower(near->asked, asked), length = copy_lower(name, offered);
    int32_t distance = edit_distance(asked, asked_length, offered, length);
    if (distance > 1 && asked_length > 0 && contains(offered, length, asked, asked_length)) {
        distance = 1;
    }
    if (distance > 1 + asked_length / 4) {
        return;
    }
    int32_t place = near->count < PYR_NEAR_COUNT ? near->count++ : PYR_NEAR_COUNT;
    while (place > 0 && near->distance[place - 1] > distance) {
        if (place < PYR_NEAR_COUNT) {
            near->name[place] = near->name[place - 1];
            near->distance[place] = near->distance[place - 1];
        }
        place--;
    }
    if (place < PYR_NEAR_COUNT) {
        near->name[place] = name;
        near->distance[place] = distance;
    }
}

pyr_status pyr_near_fail(const pyr_near *near, const char *what, pyr_error *error) {
    char list[PYR_MESSAGE_SIZE] = "";
    size_t used = 0;
    for (int32_t i = 0; i < near->count; i++) {
        int written = snprintf(list + used, sizeof list - used, "%s'%.*s'", i > 0 ? ", " : "; did you mean ",
                               pyr_shown(near->name[i].length), near->name[i].data);
        if (written < 0 || (size_t)written >= sizeof list - used) {
            list[used] = '\0';
            break;
        }
        used += (size_t)written;
    }
    return pyr_fail(error, PYR_ERROR_ARGUMENT, "there is no %s '%.*s' in this session%s%s", what,
                    pyr_shown(near->asked.length), near->asked.data, list, near->count > 0 ? "?" : "");
}
