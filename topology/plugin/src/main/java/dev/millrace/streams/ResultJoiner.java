package dev.millrace.streams;

import dev.millrace.events.Prediction;
import org.apache.kafka.common.header.Headers;

/**
 * Makes the output value of a record from its input value and its prediction. Called on the stream
 * thread, in the order of the partition's records, in the record's trace context.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the input values
 * @param <R> the type of the output values
 */
@FunctionalInterface
public interface ResultJoiner<K, V, R> {

  /**
   * Joins a record with its prediction. If this method throws, the record has failed in this
   * processor (see {@link DeadLetterBadImages}).
   *
   * @param key the record's key, or null
   * @param value the record's value
   * @param headers the record's headers; the output record has the same headers, with the changes
   *     that this method makes
   * @param prediction the prediction
   * @return the output value; null is forwarded as a record without a value
   */
  R join(K key, V value, Headers headers, Prediction prediction);
}
