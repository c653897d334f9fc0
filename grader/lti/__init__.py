"""The protocol of LTI 1.3: pure functions on messages of platforms, without a database and without pages.

A platform is a course system, such as Canvas or Moodle; this server is its tool. The specifications are those of 1EdTech: LTI 1.3
core, the security framework 1.0, deep linking 2.0, dynamic registration 1.0, and platform storage (lti-cs-pm, lti-pm-s).
"""
