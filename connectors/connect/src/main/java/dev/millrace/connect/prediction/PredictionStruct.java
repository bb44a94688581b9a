package dev.millrace.connect.prediction;

import dev.millrace.events.Prediction;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;

/** A form of predictions as structs, with one schema for all of them. Thread-safe. */
public interface PredictionStruct {

  /** {@return the schema of all structs of this form} */
  Schema schema();

  /**
   * {@return the struct of a prediction}
   *
   * @param prediction the prediction
   */
  Struct of(Prediction prediction);
}
