/** The history of a model: its promotions, its rollbacks and the reports about its versions. */
package dev.millrace.service.history;
