package dev.millrace.connect.prediction;

import dev.millrace.events.Prediction;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;

/** Maps predictions to structs that all have the same schema. Thread-safe. */
public interface PredictionStruct {

  /** {@return the schema of all structs that this mapping creates} */
  Schema schema();

  /**
   * {@return the struct of a prediction}
   *
   * @param prediction the prediction
   */
  Struct of(Prediction prediction);
}
