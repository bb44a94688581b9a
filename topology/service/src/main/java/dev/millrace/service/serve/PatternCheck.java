package dev.millrace.service.serve;

import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;

/** Finds an input pattern that matches no topic, which is allowed but often a typing error. */
public final class PatternCheck {

  private final Admin admin;

  /**
   * Creates the check.
   *
   * @param admin lists the topics; the caller closes it
   */
  public PatternCheck(Admin admin) {
    this.admin = admin;
  }

  /**
   * {@return the problem, if there is an input pattern and it matches no topic that the service may
   * describe}
   *
   * @param topics the topics of the service
   * @param lookedForEvery longest time until the service finds a new topic
   */
  public Optional<String> problem(Topics topics, Duration lookedForEvery) {
    if (topics.inputPattern() == null
        || Answer.of(admin.listTopics().names()).stream().anyMatch(topics::isInput)) {
      return Optional.empty();
    }
    return Optional.of(
        "no topic matches --input-pattern "
            + topics.inputText()
            + ", so the service reads no images; it looks for new topics every "
            + lookedForEvery.toSeconds()
            + " s; correct the pattern, or allow DESCRIBE of the topics, if there are any");
  }
}
