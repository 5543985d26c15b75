"""The service desk (店小二): the service list, cases from intake to their end, messages, hand-overs, clocks, wage claims.

Nouns: ServiceItem, Case, Message, RoutingRule, ClaimLine, Instalment, RegisterLine (served before the program came).
"""
