package org.msrnn.policies;

/** Order statistics in place, for policies that may not allocate. */
final class Quickselect {
  private Quickselect() {}

  /**
   * The number that would stand at an index if the first {@code count} were in ascending order.
   *
   * @param numbers none of them NaN; the first {@code count} are reordered
   * @param index from 0 to {@code count - 1}
   */
  static double nth(double[] numbers, int count, int index) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      double pivot = numbers[(low + high) >>> 1];
      int i = low;
      int j = high;
      while (i <= j) {
        while (numbers[i] < pivot) {
          i++;
        }
        while (numbers[j] > pivot) {
          j--;
        }
        if (i <= j) {
          double swapped = numbers[i];
          numbers[i++] = numbers[j];
          numbers[j--] = swapped;
        }
      }
      if (index <= j) {
        high = j;
      } else if (index >= i) {
        low = i;
      } else {
        return numbers[index];
      }
    }
    return numbers[index];
  }
}
