//! Events, their attendances, messages and tickets.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::json_api::{ResourceBody, Single, ToMany, ToOne};
use oauth_core::{CommaSeparated, endpoint, open_enum, resource_body, response};

use super::base::{api2, collection};
use super::{
    Account, Address, Images, MembershipAttributes, NewAccount, NewAddress, NewImage, NewPrice,
    PaymentAttributes, PaymentMethodAttributes, Price, ResourceAttributes, SortOrder, SpaceAttributes,
};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/events`: a space's events in a time range. Drafts are for admins. `include`
    /// takes `attendances` and `attendances.attendee`. Scope `read_events`.
    pub struct Events(space_id: String) {
        required {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
            published_state = "filter[publishedState]": CommaSeparated<PublishedState>,
        }
        optional {
            include: CommaSeparated<String>,
            /// An empty tag stands for events without tags.
            tags = "filter[tags]": CommaSeparated<String>,
            /// An empty id stands for events without resources.
            resource_ids = "filter[resourceIds]": CommaSeparated<String>,
            attendee_ids = "filter[attendeeIds]": CommaSeparated<String>,
            sort_order = "filter[sortOrder]": SortOrder,
        }
    }
    GET api2 "/spaces/:space_id/events" scopes ["read_events"] => EventAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /events/:id`: an event; one that is not public is for members and admins. `include` takes
    /// `attendances` and `attendances.attendee`. Scope `read_events`.
    pub struct Event(id: String) {
        optional {
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/events/:id" scopes ["read_events"] => json(Single<EventAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /events`: creates an event as a draft and books its resources. For admins. Scopes `write_events`
    /// and `write_bookings`.
    pub struct CreateEvent();
    POST api2 "/events" scopes ["write_events", "write_bookings"]
        body(event: ResourceBody<NewEvent> as "data") => json(Single<EventAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PATCH /events/:id`: changes an event. For admins. Scope `write_events`.
    pub struct UpdateEvent(id: String);
    PATCH api2 "/events/:id" scopes ["write_events"] body(changes: ResourceBody<EventChanges> as "data", id)
        => json(Single<EventAttributes>)
}

endpoint! {
    [] Cobot;
    /// `DELETE /events/:id`: deletes an event, notifies its attendees and refunds their tickets. For admins.
    /// Scope `write_events`.
    pub struct DeleteEvent(id: String);
    DELETE api2 "/events/:id" scopes ["write_events"] => nothing
}

endpoint! {
    [] Cobot;
    /// `POST /events/:id/publication`: makes an event visible to members. For admins. 409 if it is published
    /// already. Scope `write_events`.
    pub struct PublishEvent(id: String);
    POST api2 "/events/:id/publication" scopes ["write_events"] => json(Single<EventAttributes>)
}

endpoint! {
    [] Cobot;
    /// `DELETE /events/:id/publication`: makes an event a draft again. For admins. 409 if it is not
    /// published. Scope `write_events`.
    pub struct UnpublishEvent(id: String);
    DELETE api2 "/events/:id/publication" scopes ["write_events"] => json(Single<EventAttributes>)
}

collection! {
    /// `GET /spaces/:space_id/events/tags`: the most used tags of a space's events, by default of the last 12
    /// months. For members and admins. Scope `read_events`.
    pub struct EventTags(space_id: String) {
        optional {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
        }
    }
    GET api2 "/spaces/:space_id/events/tags" scopes ["read_events"] => EventTagAttributes
}

collection! {
    /// `GET /events/:id/attendances`: the attendances of an event. For members and admins. `include` takes
    /// `attendee` and needs `read_memberships`. Scope `read_event_attendances`.
    pub struct EventAttendances(id: String) {
        optional {
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/events/:id/attendances" scopes ["read_event_attendances"] => EventAttendanceAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /event_attendances/:id`: an attendance of an event; its `visibility` limits who sees it.
    /// `include` takes `attendee` and needs `read_memberships` and `read_contacts`. Scope
    /// `read_event_attendances`.
    pub struct EventAttendance(id: String) {
        optional {
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/event_attendances/:id" scopes ["read_event_attendances"]
        => json(Single<EventAttendanceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /event_attendances`: registers a member for an event, and charges its price to the membership.
    /// For members. 409 if registered already or full. Scope `write_event_attendances`.
    pub struct AttendEvent();
    POST api2 "/event_attendances" scopes ["write_event_attendances"]
        body(event_attendance: ResourceBody<NewEventAttendance> as "data")
        => json(Single<EventAttendanceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `DELETE /event_attendances/:id`: cancels a member's attendance and refunds the ticket. 409 if the
    /// event has begun or there is no attendance. Scope `write_event_attendances`.
    pub struct UnattendEvent(id: String);
    DELETE api2 "/event_attendances/:id" scopes ["write_event_attendances"] => nothing
}

collection! {
    /// `GET /events/:id/messages`: the messages of an event. For admins. Scope `read_event_messages`.
    pub struct EventMessages(id: String);
    GET api2 "/events/:id/messages" scopes ["read_event_messages"] => EventMessageAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /event_messages/:id`: a message that Cobot sends about an event. For admins. Scope
    /// `read_event_messages`.
    pub struct EventMessage(id: String);
    GET api2 "/event_messages/:id" scopes ["read_event_messages"] => json(Single<EventMessageAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /event_messages`: creates a message, which Cobot sends when its trigger occurs. For admins.
    /// Scope `write_event_messages`.
    pub struct CreateEventMessage();
    POST api2 "/event_messages" scopes ["write_event_messages"]
        body(event_message: ResourceBody<NewEventMessage> as "data") => json(Single<EventMessageAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PATCH /event_messages/:id`: changes a message. For admins. Scope `write_event_messages`.
    pub struct UpdateEventMessage(id: String);
    PATCH api2 "/event_messages/:id" scopes ["write_event_messages"]
        body(changes: ResourceBody<EventMessageChanges> as "data", id)
        => json(Single<EventMessageAttributes>)
}

endpoint! {
    [] Cobot;
    /// `DELETE /event_messages/:id`: deletes a message. For admins. Scope `write_event_messages`.
    pub struct DeleteEventMessage(id: String);
    DELETE api2 "/event_messages/:id" scopes ["write_event_messages"] => nothing
}

endpoint! {
    [] Cobot;
    /// `POST /event_ticket_purchases`: buys a ticket as a visitor; one at a time for now. 422 if the payment
    /// fails. Scope `write_event_ticket_purchases`.
    pub struct PurchaseEventTicket();
    POST api2 "/event_ticket_purchases" scopes ["write_event_ticket_purchases"]
        body(event_ticket_purchase: ResourceBody<NewEventTicketPurchase> as "data")
        => json(Single<EventTicketPurchaseAttributes>)
}

resource_body! {
    /// A new event.
    pub struct NewEvent as "events" {
        required {
            from: DateTime<Utc>,
            to: DateTime<Utc>,
            title: String,
            audience: Audience,
        }
        optional {
            description: String,
            /// Such as `#FF0000`.
            color: String,
            /// Link of the video call.
            video_url = "videoUrl": String,
            /// It has a public page.
            public_page = "publicPage": bool,
            image: NewImage,
            location: String,
            /// Number of attendees.
            capacity: u32,
            tags: Vec<String>,
            price: NewPrice,
            visitor_price = "visitorPrice": NewPrice,
            accounting_code = "accountingCode": String,
            visitor_accounting_code = "visitorAccountingCode": String,
            cost_center = "costCenter": NewAccount,
            revenue_account = "revenueAccount": NewAccount,
            visitor_cost_center = "visitorCostCenter": NewAccount,
            visitor_revenue_account = "visitorRevenueAccount": NewAccount,
        }
        relationships {
            required {
                space: ToOne<SpaceAttributes>,
            }
            optional {
                /// Booked for the event. The fact `units` of an identifier is a number or `all`.
                resources: ToMany<ResourceAttributes>,
            }
        }
    }
}

resource_body! {
    /// Changes of an event. What is not set stays.
    pub struct EventChanges as "events" {
        optional {
            from: DateTime<Utc>,
            to: DateTime<Utc>,
            title: String,
            audience: Audience,
            description: String,
            /// Such as `#FF0000`.
            color: String,
            /// Link of the video call.
            video_url = "videoUrl": String,
            /// It has a public page.
            public_page = "publicPage": bool,
            image: NewImage,
            location: String,
            /// Number of attendees.
            capacity: u32,
            tags: Vec<String>,
            price: NewPrice,
            visitor_price = "visitorPrice": NewPrice,
            accounting_code = "accountingCode": String,
            visitor_accounting_code = "visitorAccountingCode": String,
            cost_center = "costCenter": NewAccount,
            revenue_account = "revenueAccount": NewAccount,
            visitor_cost_center = "visitorCostCenter": NewAccount,
            visitor_revenue_account = "visitorRevenueAccount": NewAccount,
        }
        relationships {
            optional {
                /// Booked for the event. The fact `units` of an identifier is a number or `all`.
                resources: ToMany<ResourceAttributes>,
            }
        }
    }
}

resource_body! {
    /// A new attendance.
    pub struct NewEventAttendance as "eventAttendances" {
        optional {
            visibility: Visibility,
        }
        relationships {
            required {
                attendee: ToOne<MembershipAttributes>,
                event: ToOne<EventAttributes>,
            }
        }
    }
}

resource_body! {
    /// A new message.
    pub struct NewEventMessage as "eventMessages" {
        required {
            trigger: MessageTrigger,
            body: String,
        }
        relationships {
            required {
                event: ToOne<EventAttributes>,
            }
        }
    }
}

resource_body! {
    /// Changes of a message.
    pub struct EventMessageChanges as "eventMessages" {
        optional {
            trigger: MessageTrigger,
            body: String,
        }
    }
}

resource_body! {
    /// A purchase of tickets. It is paid by a payment or a payment method, unless it is free.
    pub struct NewEventTicketPurchase as "eventTicketPurchases" {
        required {
            event_tickets = "eventTickets": Vec<ResourceBody<NewEventTicket>>,
            /// Must be true.
            accepted_terms = "acceptedTerms": bool,
            name: String,
            billing_address = "billingAddress": NewAddress,
            email: String,
        }
        optional {
            company: String,
            phone: String,
            tax_id = "taxId": String,
            comments: String,
        }
        relationships {
            optional {
                /// A payment that was started before.
                payment: ToOne<PaymentAttributes>,
                payment_method = "paymentMethod": ToOne<PaymentMethodAttributes>,
            }
        }
    }
}

resource_body! {
    /// Tickets to buy.
    pub struct NewEventTicket as "eventTickets" {
        required {
            /// Always 1 for now.
            number_of_tickets = "numberOfTickets": u32,
        }
        relationships {
            required {
                event: ToOne<EventAttributes>,
            }
        }
    }
}

response! {
    /// Attributes of an event.
    pub struct EventAttributes {
        optional {
            from: DateTime<Utc>,
            to: DateTime<Utc>,
            title: String,
            /// It can be made a draft again: there are no attendees.
            can_depublish = "canDepublish": bool,
            /// Such as `#FF0000`.
            color: String,
            audience: Audience,
            published_state = "publishedState": PublishedState,
            /// It has a public page.
            public_page = "publicPage": bool,
            /// Its public page.
            public_url = "publicUrl": String,
            description: String,
            /// Link of the video call.
            video_url = "videoUrl": String,
            image: Images,
            location: String,
            /// Number of attendees.
            capacity: u32,
            price: Price,
            visitor_price = "visitorPrice": Price,
            accounting_code = "accountingCode": String,
            visitor_accounting_code = "visitorAccountingCode": String,
            cost_center = "costCenter": Account,
            revenue_account = "revenueAccount": Account,
            visitor_cost_center = "visitorCostCenter": Account,
            visitor_revenue_account = "visitorRevenueAccount": Account,
        }
        lists {
            expected_revenue = "expectedRevenue": Price,
            tags: String,
        }
    }
}

response! {
    /// Attributes of a tag.
    pub struct EventTagAttributes {
        optional {
            name: String,
        }
    }
}

response! {
    /// Attributes of an attendance.
    pub struct EventAttendanceAttributes {
        optional {
            created_at = "createdAt": DateTime<Utc>,
            price: Price,
            accounting_code = "accountingCode": String,
            number_of_attendees = "numberOfAttendees": u32,
            visibility: Visibility,
            name: String,
        }
    }
}

response! {
    /// Attributes of a message.
    pub struct EventMessageAttributes {
        optional {
            trigger: MessageTrigger,
            body: String,
        }
    }
}

response! {
    /// Attributes of a purchase of tickets.
    pub struct EventTicketPurchaseAttributes {
        optional {
            price: Price,
            /// Must be true.
            accepted_terms = "acceptedTerms": bool,
            name: String,
            company: String,
            billing_address = "billingAddress": String,
            structured_billing_address = "structuredBillingAddress": Address,
            email: String,
            comments: String,
            phone: String,
            tax_id = "taxId": String,
        }
    }
}

open_enum! {
    /// Draft or published.
    pub enum PublishedState {
        Draft = "draft",
        Published = "published",
    }
}

open_enum! {
    /// The people who can attend an event.
    pub enum Audience {
        MembersOnly = "membersOnly",
        Public = "public",
    }
}

open_enum! {
    /// The people who see an attendance.
    pub enum Visibility {
        Admins = "admins",
        Members = "members",
        Public = "public",
    }
}

open_enum! {
    /// The event on which a message is sent.
    pub enum MessageTrigger {
        Attended = "attended",
        Published = "published",
    }
}
