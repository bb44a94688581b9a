package dev.millrace.service.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.control.Champion;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.history.History;
import dev.millrace.service.history.HistoryEvent;
import dev.millrace.service.history.Naming;
import dev.millrace.service.history.Reported;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The versions of the model, and its promotions, rollbacks and reports. Used by one thread. */
final class ModelPanel {

  /** Largest number of versions to show, and also of events. */
  private static final int MOST = 50;

  /**
   * The content of the panel.
   *
   * @param serving the version that this instance serves, or null
   * @param promoted the promoted version, or null
   * @param previous the version that a rollback returns to, or null
   * @param versions the newest versions, the newest first
   * @param events the last events, the newest first
   */
  record View(
      String model,
      Integer serving,
      Integer promoted,
      Integer previous,
      List<Version> versions,
      List<Event> events) {}

  /**
   * A version.
   *
   * @param created time of publication, in ISO-8601
   * @param accuracy share of the held-out images that the version classifies correctly, as text.
   *     The text has the 95 % interval if this is known. Null if the share is unknown
   * @param problem the reason why the version cannot be read, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Version(
      int version, String created, String accuracy, String input, int classes, String problem) {}

  /**
   * Something that happened to the model.
   *
   * @param time time of the event, in ISO-8601
   */
  record Event(String time, Integer version, String event, String text) {}

  private final ModelRepository repository;
  private final String model;
  private final History history = new History();
  private final Map<Integer, Version> known = new HashMap<>();
  private Optional<Champion> champion = Optional.empty();
  private List<Integer> numbers = List.of();

  ModelPanel(ModelRepository repository, String model) {
    this.repository = repository;
    this.model = model;
  }

  /** Adds a record of the control topic. */
  void control(ConsumerRecord<byte[], byte[]> record) {
    Naming.of(record)
        .filter(naming -> naming.model().equals(model))
        .ifPresent(
            naming -> {
              history.add(naming);
              champion = naming.champion();
            });
  }

  /** Adds a record of the status topic. */
  void status(ConsumerRecord<byte[], byte[]> record) {
    Reported.of(record)
        .filter(reported -> reported.report().model().equals(model))
        .ifPresent(history::add);
  }

  /**
   * Looks for new versions.
   *
   * @throws ModelException if the repository cannot be read
   */
  void look() {
    List<Integer> found = new ArrayList<>(repository.versions(model));
    found.sort(Collections.reverseOrder());
    numbers = found.stream().limit(MOST).toList();
  }

  /**
   * Returns the content of the panel.
   *
   * @param serving the version that serves, if one does
   */
  View view(Optional<ModelVersion> serving) {
    List<HistoryEvent> events = new ArrayList<>(history.events());
    Collections.reverse(events);
    return new View(
        model,
        serving.map(ModelVersion::version).orElse(null),
        champion.map(Champion::version).orElse(null),
        champion.map(Champion::previous).orElse(null),
        numbers.stream().map(this::version).toList(),
        events.stream()
            .limit(MOST)
            .map(
                event ->
                    new Event(
                        event.time().toString(), event.version(), event.event(), event.text()))
            .toList());
  }

  /** Returns a version. A version never changes, so its manifest is read once. */
  private Version version(int number) {
    Version version = known.get(number);
    if (version == null) {
      version = read(number);
      if (version.problem() == null) {
        known.put(number, version);
      }
    }
    return version;
  }

  private Version read(int number) {
    try {
      ModelManifest manifest = repository.manifest(model, number);
      return new Version(
          number,
          manifest.created(),
          accuracy(manifest),
          manifest.preprocessing().size(),
          manifest.labels().size(),
          null);
    } catch (ModelException e) {
      return new Version(number, null, null, null, 0, e.getMessage());
    }
  }

  private static String accuracy(ModelManifest manifest) {
    if (manifest.evaluation() != null) {
      return AccuracyText.of(manifest.evaluation().top1(), manifest.evaluation().n());
    }
    Map<String, Double> metrics = manifest.metrics();
    return AccuracyText.of(
        metrics.getOrDefault("accuracy", metrics.get("held_out_accuracy")), null);
  }
}
