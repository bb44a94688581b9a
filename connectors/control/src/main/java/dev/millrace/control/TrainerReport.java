package dev.millrace.control;

/**
 * A trainer's report on {@link ControlTopic#STATUS} that is not the verdict of its gate. Written as
 * JSON, the report has the fields {@code type} and {@code schema}. A reader skips records of a type
 * or schema that it does not know. Readers of earlier releases skip these reports, because the
 * reports have no field {@code outcome}.
 *
 * <p>The record's key is not the model's name, so that a report never replaces a {@link SwapReport}
 * if the topic is compacted by mistake.
 */
public sealed interface TrainerReport permits TrainingProgress, TrainingWait, ChampionReport {

  /** {@return the key of the report's record} */
  String key();

  /** {@return the report as a record's value: JSON in UTF-8} */
  byte[] toJson();
}
